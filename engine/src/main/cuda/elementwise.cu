// Element-wise ops. Launched with any grid.
#include "common.cuh"

// z = residual + gate * (activation(z + bias) * multiplier), in place; absent operands are null.
// z [rows, n, inner]; bias [n]; multiplier and residual like z; gate [rows / rows_per_gate, n].
KERNEL epilogue(float* z, i64 rows, i64 n, i64 inner, const float* bias, int activation, const float* multiplier,
        const float* gate, i64 rows_per_gate, const float* residual) {
    FOR_EACH(i, rows * n * inner) {
        i64 column = i / inner % n;
        float v = z[i];
        if (bias) {
            v += bias[column];
        }
        v = activate(activation, v);
        if (multiplier) {
            v *= multiplier[i];
        }
        if (gate) {
            v *= gate[i / (n * inner * rows_per_gate) * n + column];
        }
        if (residual) {
            v += residual[i];
        }
        z[i] = v;
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

// Rotary embedding of x [batch, positions, heads, 2 half] by tables [positions, half]: channels 2m and 2m+1 turn together,
// or m and m+half.
KERNEL rope(const float* x, float* y, i64 pairs, i64 positions, i64 heads, i64 half, const float* cosines, const float* sines,
        int interleaved) {
    FOR_EACH(i, pairs) {
        i64 m = i % half;
        i64 head = i / half;
        i64 angle = head / heads % positions * half + m;
        i64 first = head * 2 * half + (interleaved ? 2 * m : m);
        i64 second = first + (interleaved ? 1 : half);
        float c = cosines[angle];
        float s = sines[angle];
        float a = x[first];
        float b = x[second];
        y[first] = a * c - b * s;
        y[second] = b * c + a * s;
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
