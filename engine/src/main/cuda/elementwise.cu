// Element-wise ops. Launched with any grid.
#include "numbers.cuh"

// y = residual + gate * (activation(z + bias) * multiplier); absent operands are null.
// z, y, multiplier and residual [rows, n, inner]; bias [n]; gate [rows / rows_per_gate, n].
struct Finish {
    const float* z;
    void* y;
    i64 rows, n, inner;
    const float* bias;
    const void* multiplier;
    const float* gate;
    const float* residual;
    i64 activation;
    i64 rows_per_gate;
    i64 narrow;              // bits of NARROW_OUTPUT and NARROW_MULTIPLIER; ALIGNED where W may be 8
};

template <int W>
static __device__ __forceinline__ void finish_rows(const Finish& a) {
    i64 column = ((i64) blockIdx.x * blockDim.x + threadIdx.x) * W;
    if (column >= a.n) {
        return;
    }
    float bias[W];
    if (a.bias) {
        load(a.bias, false, column, bias);
    }
    for (i64 row = blockIdx.y; row < a.rows; row += gridDim.y) {
        i64 at = row * a.n + column;
        float v[W];
        float other[W];
        load(a.z, false, at, v);
        for (int e = 0; e < W; e++) {
            v[e] = activate((int) a.activation, a.bias ? v[e] + bias[e] : v[e]);
        }
        if (a.multiplier) {
            load(a.multiplier, a.narrow & NARROW_MULTIPLIER, at, other);
            for (int e = 0; e < W; e++) {
                v[e] *= other[e];
            }
        }
        if (a.gate) {
            load(a.gate, false, row / a.rows_per_gate * a.n + column, other);
            for (int e = 0; e < W; e++) {
                v[e] *= other[e];
            }
        }
        if (a.residual) {
            load(a.residual, false, at, other);
            for (int e = 0; e < W; e++) {
                v[e] += other[e];
            }
        }
        store(a.y, a.narrow & NARROW_OUTPUT, at, v);
    }
}

// Where inner is 1. Threads along x have columns, blocks along y rows; an element costs no division.
KERNEL finish_product(Finish a) {
    if (a.narrow & ALIGNED) {
        finish_rows<8>(a);
    } else {
        finish_rows<1>(a);
    }
}

// For convolutions: blocks along y have planes of inner elements.
KERNEL finish_planes(Finish a) {
    for (i64 plane = blockIdx.y; plane < a.rows * a.n; plane += gridDim.y) {
        i64 column = plane % a.n;
        float bias = a.bias ? a.bias[column] : 0;
        float gate = a.gate ? a.gate[plane / (a.n * a.rows_per_gate) * a.n + column] : 1;
        FOR_EACH(i, a.inner) {
            i64 at = plane * a.inner + i;
            float v = activate((int) a.activation, a.z[at] + bias);
            v = a.multiplier ? v * ((const float*) a.multiplier)[at] : v;
            v *= gate;
            ((float*) a.y)[at] = a.residual ? v + a.residual[at] : v;
        }
    }
}

KERNEL activation(const float* x, float* y, i64 n, int function) {
    FOR_EACH(i, n) {
        y[i] = activate(function, x[i]);
    }
}

// y = a + factor * b; b is repeated every period elements.
KERNEL add_scaled(const float* a, const float* b, float* y, i64 n, i64 period, float factor) {
    FOR_EACH(i, n) {
        y[i] = fmaf(factor, b[i % period], a[i]);
    }
}

// y = a * b; b is repeated every period elements.
KERNEL mul(const float* a, const float* b, float* y, i64 n, i64 period) {
    FOR_EACH(i, n) {
        y[i] = a[i] * b[i % period];
    }
}

KERNEL affine(const float* x, float* y, i64 n, float factor, float offset) {
    FOR_EACH(i, n) {
        y[i] = fmaf(x[i], factor, offset);
    }
}

// Rotary embedding of x [rows, heads, 2 half] by tables [positions, half], which repeat: channels 2m and 2m+1 turn together, or m and
// m+half.
struct Rope {
    const void* x;
    void* y;
    const float* cosines;
    const float* sines;
    i64 rows, positions, heads, half;
    i64 interleaved;
    i64 narrow;              // bits of NARROW_INPUT and NARROW_OUTPUT; ALIGNED where W may be 4
};

// W pairs a thread; blocks along y have rows.
template <int W>
static __device__ __forceinline__ void turn(const Rope& a) {
    int half = (int) a.half;
    int pair = (int) (blockIdx.x * blockDim.x + threadIdx.x) * W;
    if (pair >= (int) a.heads * half) {
        return;
    }
    int m = pair % half;
    for (i64 row = blockIdx.y; row < a.rows; row += gridDim.y) {
        float c[W];
        float s[W];
        load(a.cosines, false, row % a.positions * half + m, c);
        load(a.sines, false, row % a.positions * half + m, s);
        i64 head = (row * a.heads + pair / half) * 2 * half;
        if (a.interleaved) {
            float v[2 * W];
            load(a.x, a.narrow & NARROW_INPUT, head + 2 * m, v);
            for (int e = 0; e < W; e++) {
                float first = v[2 * e];
                float second = v[2 * e + 1];
                v[2 * e] = first * c[e] - second * s[e];
                v[2 * e + 1] = second * c[e] + first * s[e];
            }
            store(a.y, a.narrow & NARROW_OUTPUT, head + 2 * m, v);
        } else {
            float first[W];
            float second[W];
            float turned[W];
            load(a.x, a.narrow & NARROW_INPUT, head + m, first);
            load(a.x, a.narrow & NARROW_INPUT, head + m + half, second);
            for (int e = 0; e < W; e++) {
                turned[e] = first[e] * c[e] - second[e] * s[e];
                second[e] = second[e] * c[e] + first[e] * s[e];
            }
            store(a.y, a.narrow & NARROW_OUTPUT, head + m, turned);
            store(a.y, a.narrow & NARROW_OUTPUT, head + m + half, second);
        }
    }
}

KERNEL rope(Rope a) {
    if (a.narrow & ALIGNED) {
        turn<4>(a);
    } else {
        turn<1>(a);
    }
}

// y [outer, inner] = sum over c of weights[c] x [outer, channels, inner], summed in double.
KERNEL weighted_sum(const float* x, const float* weights, float* y, i64 outer, i64 channels, i64 inner) {
    FOR_EACH(i, outer * inner) {
        const float* at = x + i / inner * channels * inner + i % inner;
        double sum = 0;
        for (i64 c = 0; c < channels; c++) {
            sum += (double) weights[c] * at[c * inner];
        }
        y[i] = (float) sum;
    }
}
