// Conversions between the types that tensors are stored in. Launched with any grid.
#include "common.cuh"

// Types by the number that the host passes (io.github.x2i4j.engine.gpu.StoredKind).
enum { F64, F32, F16, BF16 };

static __device__ __forceinline__ float half_to_float(unsigned short h) {
    unsigned int sign = (unsigned int) (h & 0x8000) << 16;
    unsigned int exponent = h >> 10 & 31;
    unsigned int fraction = h & 1023;
    if (exponent == 31) {
        return __uint_as_float(sign | 0x7F800000 | fraction << 13);
    }
    if (exponent == 0) {
        float small = fraction * 5.9604644775390625e-8f;
        return sign ? -small : small;
    }
    return __uint_as_float(sign | (exponent + 112) << 23 | fraction << 13);
}

// Rounds to nearest even.
static __device__ __forceinline__ unsigned short float_to_half(float x) {
    unsigned int bits = __float_as_uint(x);
    unsigned int sign = bits >> 16 & 0x8000;
    unsigned int magnitude = bits & 0x7FFFFFFF;
    if (magnitude > 0x7F800000) {
        return sign | 0x7E00;
    }
    if (magnitude >= 0x477FF000) {
        return sign | 0x7C00;
    }
    if (magnitude < 0x38800000) {
        // The sum's last bit is worth 2^-24, the smallest half: the addition rounds.
        return sign | (unsigned short) (__float_as_uint(__uint_as_float(magnitude) + 0.5f) - 0x3F000000);
    }
    return sign | (unsigned short) ((magnitude + 0xFFF + (magnitude >> 13 & 1) - 0x38000000) >> 13);
}

static __device__ __forceinline__ double load(const void* x, int type, i64 i) {
    switch (type) {
        case F64: return ((const double*) x)[i];
        case F16: return half_to_float(((const unsigned short*) x)[i]);
        case BF16: return __uint_as_float((unsigned int) ((const unsigned short*) x)[i] << 16);
        default: return ((const float*) x)[i];
    }
}

static __device__ __forceinline__ void store(void* y, int type, i64 i, double value) {
    switch (type) {
        case F64: ((double*) y)[i] = value; break;
        case F16: ((unsigned short*) y)[i] = float_to_half((float) value); break;
        case BF16: ((unsigned short*) y)[i] = float_to_bf16((float) value); break;
        default: ((float*) y)[i] = (float) value; break;
    }
}

KERNEL cast(const void* x, int from, void* y, int to, i64 n) {
    FOR_EACH(i, n) {
        store(y, to, i, load(x, from, i));
    }
}

// Rows ids[r] of a table of rows of width elements, widened to float.
KERNEL gather_rows(const void* table, int type, const i64* ids, float* y, i64 rows, i64 width) {
    FOR_EACH(i, rows * width) {
        y[i] = (float) load(table, type, ids[i / width] * width + i % width);
    }
}
