// Ops that move elements, and those that change their type. Launched with any grid.
#include "common.cuh"

#define MAX_RANK 8

// Sizes of the result's axes and the steps that each makes in the source, in elements; axes past the rank have size 1.
struct Axes {
    i64 size[MAX_RANK];
    i64 stride[MAX_RANK];
};

template <typename T>
static __device__ __forceinline__ void gather_axes(const T* x, T* y, i64 n, const Axes& axes) {
    FOR_EACH(i, n) {
        i64 rest = i;
        i64 from = 0;
        for (int a = MAX_RANK - 1; a >= 0; a--) {
            from += rest % axes.size[a] * axes.stride[a];
            rest /= axes.size[a];
        }
        y[i] = x[from];
    }
}

KERNEL permute_1(const unsigned char* x, unsigned char* y, i64 n, Axes axes) { gather_axes(x, y, n, axes); }
KERNEL permute_2(const unsigned short* x, unsigned short* y, i64 n, Axes axes) { gather_axes(x, y, n, axes); }
KERNEL permute_4(const unsigned int* x, unsigned int* y, i64 n, Axes axes) { gather_axes(x, y, n, axes); }
KERNEL permute_8(const i64* x, i64* y, i64 n, Axes axes) { gather_axes(x, y, n, axes); }

template <typename T>
static __device__ __forceinline__ void copy_runs(T* y, i64 y_step, const T* x, i64 x_step, i64 run, i64 count) {
    FOR_EACH(i, run * count) {
        y[i / run * y_step + i % run] = x[i / run * x_step + i % run];
    }
}

// Copies count runs of elements of 1, 2, 4 or 8 bytes; neighbouring runs lie a step apart.
KERNEL copy_runs_1(unsigned char* y, i64 y_step, const unsigned char* x, i64 x_step, i64 run, i64 count) {
    copy_runs(y, y_step, x, x_step, run, count);
}
KERNEL copy_runs_2(unsigned short* y, i64 y_step, const unsigned short* x, i64 x_step, i64 run, i64 count) {
    copy_runs(y, y_step, x, x_step, run, count);
}
KERNEL copy_runs_4(unsigned int* y, i64 y_step, const unsigned int* x, i64 x_step, i64 run, i64 count) {
    copy_runs(y, y_step, x, x_step, run, count);
}
KERNEL copy_runs_8(i64* y, i64 y_step, const i64* x, i64 x_step, i64 run, i64 count) {
    copy_runs(y, y_step, x, x_step, run, count);
}

// y [planes, 2h, 2w] from x [planes, h, w].
KERNEL upsample_nearest_2x(const float* x, float* y, i64 planes, i64 h, i64 w) {
    FOR_EACH(i, planes * h * w * 4) {
        i64 column = i % (2 * w);
        i64 row = i / (2 * w);
        y[i] = x[row / 2 * w + column / 2];
    }
}

// Rows positions[r] of y become the rows r of source [rows, width], in elements of 4 bytes.
KERNEL scatter_rows(unsigned int* y, const i64* positions, const unsigned int* source, i64 rows, i64 width) {
    FOR_EACH(i, rows * width) {
        y[positions[i / width] * width + i % width] = source[i];
    }
}

static __device__ __forceinline__ void put(float* y, i64 i, float v) { y[i] = v; }
static __device__ __forceinline__ void put(unsigned short* y, i64 i, float v) { y[i] = float_to_bf16(v); }

template <typename T>
static __device__ __forceinline__ void patches(const float* x, T* y, i64 channels, i64 h, i64 w, int kh, int kw, int stride, int top,
        int left, i64 out_w, i64 first, i64 count) {
    FOR_EACH(i, channels * kh * kw * count) {
        i64 pixel = first + i % count;
        i64 tap = i / count;
        i64 iy = pixel / out_w * stride + tap / kw % kh - top;
        i64 ix = pixel % out_w * stride + tap % kw - left;
        i64 channel = tap / (kh * kw);
        put(y, i, iy >= 0 && iy < h && ix >= 0 && ix < w ? x[(channel * h + iy) * w + ix] : 0);
    }
}

// Patches [channels kh kw, count] of the output pixels first .. first + count of a convolution over x [channels, h, w], as floats or
// rounded to bfloat16.
KERNEL patches_f32(const float* x, float* y, i64 channels, i64 h, i64 w, int kh, int kw, int stride, int top, int left, i64 out_w,
        i64 first, i64 count) {
    patches(x, y, channels, h, w, kh, kw, stride, top, left, out_w, first, count);
}
KERNEL patches_bf16(const float* x, unsigned short* y, i64 channels, i64 h, i64 w, int kh, int kw, int stride, int top, int left,
        i64 out_w, i64 first, i64 count) {
    patches(x, y, channels, h, w, kh, kw, stride, top, left, out_w, first, count);
}
