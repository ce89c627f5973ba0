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

// 1 << shift threads share a run, and blocks along y take further runs.
template <typename T>
static __device__ __forceinline__ void copy_runs(T* y, i64 y_step, const T* x, i64 x_step, i64 run, i64 count, int shift) {
    i64 column = ((i64) blockIdx.x << shift) + (threadIdx.x & ((1 << shift) - 1));
    if (column >= run) {
        return;
    }
    int together = blockDim.x >> shift;
    for (i64 i = (i64) blockIdx.y * together + (threadIdx.x >> shift); i < count; i += (i64) gridDim.y * together) {
        y[i * y_step + column] = x[i * x_step + column];
    }
}

// Copies count runs of elements of 1, 2, 4, 8 or 16 bytes; neighbouring runs lie a step apart.
KERNEL copy_runs_1(unsigned char* y, i64 y_step, const unsigned char* x, i64 x_step, i64 run, i64 count, int shift) {
    copy_runs(y, y_step, x, x_step, run, count, shift);
}
KERNEL copy_runs_2(unsigned short* y, i64 y_step, const unsigned short* x, i64 x_step, i64 run, i64 count, int shift) {
    copy_runs(y, y_step, x, x_step, run, count, shift);
}
KERNEL copy_runs_4(unsigned int* y, i64 y_step, const unsigned int* x, i64 x_step, i64 run, i64 count, int shift) {
    copy_runs(y, y_step, x, x_step, run, count, shift);
}
KERNEL copy_runs_8(uint2* y, i64 y_step, const uint2* x, i64 x_step, i64 run, i64 count, int shift) {
    copy_runs(y, y_step, x, x_step, run, count, shift);
}
KERNEL copy_runs_16(uint4* y, i64 y_step, const uint4* x, i64 x_step, i64 run, i64 count, int shift) {
    copy_runs(y, y_step, x, x_step, run, count, shift);
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

// Blocks along y have taps: a channel and a place in the kernel.
template <typename T>
static __device__ __forceinline__ void patches(const float* x, T* y, i64 channels, i64 h, i64 w, int kh, int kw, int stride, int top,
        int left, i64 out_w, i64 first, i64 count) {
    for (i64 tap = blockIdx.y; tap < channels * kh * kw; tap += gridDim.y) {
        int place = (int) (tap % (kh * kw));
        const float* plane = x + tap / (kh * kw) * h * w;
        FOR_EACH(i, count) {
            // A picture has fewer than 2^31 pixels, and such a division is quick.
            unsigned int pixel = (unsigned int) (first + i);
            i64 iy = (i64) (pixel / (unsigned int) out_w) * stride + place / kw - top;
            i64 ix = (i64) (pixel % (unsigned int) out_w) * stride + place % kw - left;
            put(y, tap * count + i, iy >= 0 && iy < h && ix >= 0 && ix < w ? plane[iy * w + ix] : 0);
        }
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
