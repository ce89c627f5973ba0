// Normalisations. Blocks have THREADS threads.
#include "numbers.cuh"

// y = (x - mean) / sqrt(variance + eps) * (weight + weight_offset) + bias of the rows of x [rows, n]. The mean is left out where centred
// is 0. weight and bias, [rows / rows_per_weight, n] or null, change every rows_per_weight rows.
struct RowNorm {
    const void* x;
    void* y;
    i64 rows, n;
    i64 centred;
    const float* weight;
    const float* bias;
    i64 rows_per_weight;
    i64 eps, weight_offset;  // bits of floats
    i64 narrow;              // bits of NARROW_INPUT and so on; ALIGNED where W may be 4
};

template <int GROUP>
static __device__ __forceinline__ float group_sum(float value) {
    if constexpr (GROUP == WARP) {
        return warp_sum(value);
    } else {
        return block_sum(value);
    }
}

// Elements of a row that a thread keeps while it computes.
#define KEPT 32

// GROUP threads a row.
template <int GROUP, int W>
static __device__ __forceinline__ void norm_rows(const RowNorm& a) {
    int lane = threadIdx.x % GROUP;
    float eps = __uint_as_float((unsigned int) a.eps);
    float weight_offset = __uint_as_float((unsigned int) a.weight_offset);
    for (i64 row = (i64) blockIdx.x * (THREADS / GROUP) + threadIdx.x / GROUP; row < a.rows; row += (i64) gridDim.x * (THREADS / GROUP)) {
        float v[KEPT / W][W];
        float sum = 0;
#pragma unroll
        for (int j = 0; j < KEPT / W; j++) {
            int i = (j * GROUP + lane) * W;
            if (i < a.n) {
                load(a.x, a.narrow & NARROW_INPUT, row * a.n + i, v[j]);
                for (int e = 0; e < W; e++) {
                    sum += v[j][e];
                }
            }
        }
        float mean = 0;
        if (a.centred) {
            mean = group_sum<GROUP>(sum) / a.n;
            // A first mean is as inexact as the values are large; what it leaves over is small and thus exact.
            float rest = 0;
#pragma unroll
            for (int j = 0; j < KEPT / W; j++) {
                for (int e = 0; e < W; e++) {
                    v[j][e] -= mean;
                    rest += (j * GROUP + lane) * W < a.n ? v[j][e] : 0;
                }
            }
            mean = group_sum<GROUP>(rest) / a.n;
        }
        float squares = 0;
#pragma unroll
        for (int j = 0; j < KEPT / W; j++) {
            for (int e = 0; e < W; e++) {
                v[j][e] -= mean;
                squares = (j * GROUP + lane) * W < a.n ? fmaf(v[j][e], v[j][e], squares) : squares;
            }
        }
        float factor = 1 / sqrtf(group_sum<GROUP>(squares) / a.n + eps);
        i64 at = row / a.rows_per_weight * a.n;
#pragma unroll
        for (int j = 0; j < KEPT / W; j++) {
            int i = (j * GROUP + lane) * W;
            if (i < a.n) {
                float weight[W];
                float bias[W];
                if (a.weight) {
                    load(a.weight, false, at + i, weight);
                }
                if (a.bias) {
                    load(a.bias, false, at + i, bias);
                }
                for (int e = 0; e < W; e++) {
                    v[j][e] *= factor;
                    v[j][e] = a.weight ? v[j][e] * (weight[e] + weight_offset) : v[j][e];
                    v[j][e] = a.bias ? v[j][e] + bias[e] : v[j][e];
                }
                store(a.y, a.narrow & NARROW_OUTPUT, row * a.n + i, v[j]);
            }
        }
    }
}

// A warp a row, of up to WARP * KEPT elements.
KERNEL row_norm_warp(RowNorm a) {
    if (a.narrow & ALIGNED) {
        norm_rows<WARP, 4>(a);
    } else {
        norm_rows<WARP, 1>(a);
    }
}

// A block a row, of up to THREADS * KEPT elements.
KERNEL row_norm_block(RowNorm a) {
    if (a.narrow & ALIGNED) {
        norm_rows<THREADS, 4>(a);
    } else {
        norm_rows<THREADS, 1>(a);
    }
}

// A block a row, of any length.
KERNEL row_norm_long(RowNorm a) {
    float eps = __uint_as_float((unsigned int) a.eps);
    float weight_offset = __uint_as_float((unsigned int) a.weight_offset);
    bool narrow = a.narrow & NARROW_INPUT;
    for (i64 row = blockIdx.x; row < a.rows; row += gridDim.x) {
        float v[1];
        float mean = 0;
        float rest = 0;
        for (int pass = 0; a.centred && pass < 2; pass++) {
            float sum = 0;
            for (i64 i = threadIdx.x; i < a.n; i += THREADS) {
                load(a.x, narrow, row * a.n + i, v);
                sum += v[0] - mean;
            }
            rest = block_sum(sum) / a.n;
            mean = pass == 0 ? rest : mean;
        }
        float squares = 0;
        for (i64 i = threadIdx.x; i < a.n; i += THREADS) {
            load(a.x, narrow, row * a.n + i, v);
            float d = v[0] - mean - rest;
            squares = fmaf(d, d, squares);
        }
        float factor = 1 / sqrtf(block_sum(squares) / a.n + eps);
        i64 at = row / a.rows_per_weight * a.n;
        for (i64 i = threadIdx.x; i < a.n; i += THREADS) {
            load(a.x, narrow, row * a.n + i, v);
            v[0] = (v[0] - mean - rest) * factor;
            v[0] = a.weight ? v[0] * (a.weight[at + i] + weight_offset) : v[0];
            v[0] = a.bias ? v[0] + a.bias[at + i] : v[0];
            store(a.y, a.narrow & NARROW_OUTPUT, row * a.n + i, v);
        }
    }
}

// Statistics of pieces of groups: block (piece, group) writes mean, sum of squared distances from it, and count of its piece of
// x [groups, n] to moments [groups, pieces, 3].
KERNEL group_moments(const float* x, double* moments, i64 n, i64 pieces) {
    i64 length = (n + pieces - 1) / pieces;
    i64 begin = blockIdx.x * length;
    i64 end = begin + length < n ? begin + length : n;
    i64 count = end > begin ? end - begin : 0;
    const float* in = x + (i64) blockIdx.y * n;
    float sum = 0;
    for (i64 i = begin + threadIdx.x; i < end; i += THREADS) {
        sum += in[i];
    }
    float mean = count ? block_sum(sum) / count : 0;
    float rest = 0;
    float squares = 0;
    for (i64 i = begin + threadIdx.x; i < end; i += THREADS) {
        float d = in[i] - mean;
        rest += d;
        squares = fmaf(d, d, squares);
    }
    rest = block_sum(rest);
    squares = block_sum(squares);
    if (threadIdx.x == 0) {
        double* out = moments + ((i64) blockIdx.y * pieces + blockIdx.x) * 3;
        double off = count ? (double) rest / count : 0;
        out[0] = mean + off;
        out[1] = squares - off * rest;
        out[2] = (double) count;
    }
}

// y = activation((x - mean) / sqrt(variance + eps) * weight + bias) of x [batch, channels, plane], with the pieces' statistics put
// together as Chan, Golub and LeVeque (1979) do. One row of blocks (y) a group of each batch entry.
KERNEL group_norm(const float* x, float* y, const double* moments, i64 pieces, i64 groups, i64 channels_per_group, i64 plane,
        const float* weight, const float* bias, float eps, int activation) {
    const double* in = moments + (i64) blockIdx.y * pieces * 3;
    double mean = 0;
    double squares = 0;
    double count = 0;
    for (i64 p = 0; p < pieces; p++) {
        double more = in[p * 3 + 2];
        if (more > 0) {
            double d = in[p * 3] - mean;
            double all = count + more;
            mean += d * more / all;
            squares += in[p * 3 + 1] + d * d * count * more / all;
            count = all;
        }
    }
    double factor = 1 / sqrt(squares / count + eps);
    i64 n = channels_per_group * plane;
    i64 first = blockIdx.y % groups * channels_per_group;
    i64 base = (i64) blockIdx.y * n;
    FOR_EACH(i, n) {
        i64 channel = first + i / plane;
        float v = (float) ((x[base + i] - mean) * factor);
        y[base + i] = activate(activation, fmaf(v, weight[channel], bias[channel]));
    }
}
