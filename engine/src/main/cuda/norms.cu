// Normalisations. Blocks have THREADS threads.
#include "common.cuh"

// One block a row of x [rows, n]: y = (x - mean) / sqrt(variance + eps) * (weight + weight_offset) + bias. The mean is left out
// where centred is 0. weight and bias, [rows / rows_per_weight, n] or null, change every rows_per_weight rows.
KERNEL row_norm(const float* x, float* y, i64 rows, i64 n, float eps, int centred, const float* weight, float weight_offset,
        const float* bias, i64 rows_per_weight) {
    for (i64 row = blockIdx.x; row < rows; row += gridDim.x) {
        const float* in = x + row * n;
        float mean = 0;
        float rest = 0;
        if (centred) {
            float sum = 0;
            for (i64 i = threadIdx.x; i < n; i += THREADS) {
                sum += in[i];
            }
            mean = block_sum(sum) / n;
            // A first mean is as inexact as the values are large; what it leaves over is small and thus exact.
            sum = 0;
            for (i64 i = threadIdx.x; i < n; i += THREADS) {
                sum += in[i] - mean;
            }
            rest = block_sum(sum) / n;
        }
        float squares = 0;
        for (i64 i = threadIdx.x; i < n; i += THREADS) {
            float d = in[i] - mean - rest;
            squares = fmaf(d, d, squares);
        }
        float factor = 1 / sqrtf(block_sum(squares) / n + eps);
        i64 at = row / rows_per_weight * n;
        for (i64 i = threadIdx.x; i < n; i += THREADS) {
            float v = (in[i] - mean - rest) * factor;
            if (weight) {
                v *= weight[at + i] + weight_offset;
            }
            if (bias) {
                v += bias[at + i];
            }
            y[row * n + i] = v;
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
