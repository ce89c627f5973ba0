// Conversions between the types that tensors are stored in. Launched with any grid.
#include "tensor.cuh"

// Ordinals of io.github.x2i4j.engine.DType.
enum { F64, F32, F16, BF16, F8_E4M3, F8_E5M2, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K };

typedef unsigned char byte;

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

static __device__ __forceinline__ float half_at(const byte* p) {
    return half_to_float((unsigned short) (p[0] | p[1] << 8));
}

// d q + m, each step rounded to float, as ggml's reference does and the CPU's decoders do.
static __device__ __forceinline__ float affine_of(float d, int q, float m) {
    return __fadd_rn(__fmul_rn(d, (float) q), m);
}

// The bias is 7; the largest exponent is an ordinary one, but for the mantissa of all ones, which is NaN.
static __device__ __forceinline__ float e4m3(byte b) {
    int exponent = b >> 3 & 15;
    int mantissa = b & 7;
    float magnitude = (b & 127) == 127 ? NAN : exponent == 0 ? mantissa * 0.001953125f
            : __uint_as_float((unsigned int) (exponent + 120) << 23 | (unsigned int) mantissa << 20);
    return b & 128 ? -magnitude : magnitude;
}

// Rounds to nearest even; what is too large becomes the largest, 448.
static __device__ __forceinline__ byte float_to_e4m3(float x) {
    unsigned int bits = __float_as_uint(x);
    byte sign = (byte) (bits >> 24 & 128);
    bits &= 0x7FFFFFFF;
    if (bits > 0x7F800000) {
        return 127;
    }
    if (bits < 0x3C800000) {
        // The sum's last bit is worth 2^-9, the smallest number: the addition rounds.
        return sign | (byte) (__float_as_uint(__fadd_rn(__uint_as_float(bits), 16384.0f)) & 15);
    }
    bits += 0x7FFFF + (bits >> 20 & 1);
    return sign | (byte) (bits >= 0x43F00000 ? 126 : (bits >> 20) - (120 << 3));
}

// Element i of a block of 32: a scale d, an offset m where the name ends in 1, high bits where it begins with Q5, nibbles.
static __device__ __forceinline__ float element_of_32(const byte* p, int type, int i) {
    float d = half_at(p);
    if (type == Q8_0) {
        return __fmul_rn((float) (signed char) p[2 + i], d);
    }
    bool offset = type == Q4_1 || type == Q5_1;
    bool five = type == Q5_0 || type == Q5_1;
    const byte* high = p + (offset ? 4 : 2);
    const byte* low = high + (five ? 4 : 0);
    int q = low[i % 16] >> i / 16 * 4 & 15;
    if (five) {
        q |= (high[i / 8] >> i % 8 & 1) << 4;
    }
    return offset ? affine_of(d, q, half_at(p + 2)) : __fmul_rn((float) (q - (five ? 16 : 8)), d);
}

// Six-bit scales of Q4_K and Q5_K: four of them in the low bits of four bytes, the others cut into four and two bits.
static __device__ __forceinline__ int scale_of(const byte* s, int part) {
    return part < 4 ? s[part] & 63 : (s[part + 4] & 15) | (s[part - 4] >> 6) << 4;
}

static __device__ __forceinline__ int minimum_of(const byte* s, int part) {
    return part < 4 ? s[part + 4] & 63 : s[part + 4] >> 4 | (s[part] >> 6) << 4;
}

// Element i of a block of 256; the layouts are those of io.github.x2i4j.engine.format.Blocks256.
static __device__ __forceinline__ float element_of_256(const byte* p, int type, int i) {
    int part = i / 16;
    // Two-bit numbers come in halves of 128 elements, each four planes of 32 over the same 32 bytes.
    int plane = i / 128 * 32 + i % 32;
    int shift = i % 128 / 32 * 2;
    switch (type) {
        case Q2_K: {
            int s = p[part];
            return affine_of(__fmul_rn(half_at(p + 80), (float) (s & 15)), p[16 + plane] >> shift & 3,
                    -__fmul_rn(half_at(p + 82), (float) (s >> 4)));
        }
        case Q3_K: {
            int low = part < 8 ? p[96 + part] & 15 : p[88 + part] >> 4;
            int high = p[104 + part % 4] >> part / 4 * 2 & 3;
            int q = (p[32 + plane] >> shift & 3) - 4 + (p[i % 32] >> i / 32 & 1) * 4;
            return __fmul_rn(__fmul_rn(half_at(p + 108), (float) ((low | high << 4) - 32)), (float) q);
        }
        case Q6_K: {
            int nibble = p[i / 128 * 64 + i % 64] >> i % 128 / 64 * 4 & 15;
            int q = nibble | (p[128 + plane] >> shift & 3) << 4;
            return __fmul_rn(__fmul_rn(half_at(p + 208), (float) (signed char) p[192 + part]), (float) (q - 32));
        }
        default: {
            int wide = i / 32;
            const byte* nibbles = p + (type == Q5_K ? 48 : 16);
            int q = nibbles[i / 64 * 32 + i % 32] >> wide % 2 * 4 & 15;
            if (type == Q5_K) {
                q |= (p[16 + i % 32] >> wide & 1) << 4;
            }
            return affine_of(__fmul_rn(half_at(p), (float) scale_of(p + 4, wide)), q,
                    -__fmul_rn(half_at(p + 2), (float) minimum_of(p + 4, wide)));
        }
    }
}

static __device__ __forceinline__ i64 block_bytes(int type) {
    switch (type) {
        case Q4_0: return 18;
        case Q4_1: return 20;
        case Q5_0: return 22;
        case Q5_1: return 24;
        case Q8_0: return 34;
        case Q2_K: return 84;
        case Q3_K: return 110;
        case Q4_K: return 144;
        case Q5_K: return 176;
        default: return 210;
    }
}

// Of any type but F64.
static __device__ __forceinline__ float element_at(const void* x, int type, i64 i) {
    const byte* p = (const byte*) x;
    switch (type) {
        case F32: return ((const float*) x)[i];
        case F16: return half_to_float(((const unsigned short*) x)[i]);
        case BF16: return __uint_as_float((unsigned int) ((const unsigned short*) x)[i] << 16);
        case F8_E4M3: return e4m3(p[i]);
        case F8_E5M2: return half_to_float((unsigned short) (p[i] << 8));
        default: return type < Q2_K ? element_of_32(p + i / 32 * block_bytes(type), type, (int) (i % 32))
                : element_of_256(p + i / 256 * block_bytes(type), type, (int) (i % 256));
    }
}

static __device__ __forceinline__ void put_element(void* y, int type, i64 i, float value) {
    switch (type) {
        case F64: ((double*) y)[i] = value; break;
        case F16: ((unsigned short*) y)[i] = float_to_half(value); break;
        case BF16: ((unsigned short*) y)[i] = float_to_bf16(value); break;
        default: ((float*) y)[i] = value; break;
    }
}

// A factor of 1 leaves NaNs as they are.
static __device__ __forceinline__ float scaled(float value, float scale) {
    return scale == 1 ? value : __fmul_rn(value, scale);
}

// Doubles pass as doubles from F64 to F64 only, and need not meet anything else: many devices are slow with them.
KERNEL cast(const void* x, int from, float scale, void* y, int to, i64 n) {
    if (from == F64) {
        FOR_EACH(i, n) {
            double value = ((const double*) x)[i];
            if (to == F64) {
                ((double*) y)[i] = scale == 1 ? value : scaled((float) value, scale);
            } else {
                put_element(y, to, i, scaled((float) value, scale));
            }
        }
        return;
    }
    FOR_EACH(i, n) {
        put_element(y, to, i, scaled(element_at(x, from, i), scale));
    }
}

// Rows ids[r] of a table of rows of width elements, widened to float. Blocks along y have rows.
KERNEL gather_rows(const void* table, int type, float scale, const i64* ids, float* y, i64 rows, i64 width) {
    for (i64 row = blockIdx.y; row < rows; row += gridDim.y) {
        FOR_EACH(i, width) {
            i64 from = ids[row] * width + i;
            float value = type == F64 ? (float) ((const double*) table)[from] : element_at(table, type, from);
            y[row * width + i] = scaled(value, scale);
        }
    }
}

#define LARGEST_E4M3 448.0f

// Raises *largest, a float that must be 0 at first, to the largest magnitude of x, which may be of any type but F64.
KERNEL raise_to_largest(const void* x, int type, float scale, unsigned int* largest, i64 n) {
    __shared__ float partial[THREADS / WARP];
    float most = 0;
    FOR_EACH(i, n) {
        most = fmaxf(most, fabsf(scaled(element_at(x, type, i), scale)));
    }
    for (int bits = WARP / 2; bits > 0; bits /= 2) {
        most = fmaxf(most, exchange(most, bits));
    }
    if (threadIdx.x % WARP == 0) {
        partial[threadIdx.x / WARP] = most;
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        for (int i = 1; i < THREADS / WARP; i++) {
            most = fmaxf(most, partial[i]);
        }
        // Bits of floats that are not negative grow as they do.
        atomicMax(largest, __float_as_uint(most));
    }
}

// y = x / *unit as e4m3; *unit becomes what makes the largest magnitude the largest number.
KERNEL to_e4m3(const void* x, int type, float scale, const float* largest, float* unit, byte* y, i64 n) {
    float one = *largest > 0 && *largest < INFINITY ? __fmul_rn(*largest, 1 / LARGEST_E4M3) : 1;
    FOR_EACH(i, n) {
        y[i] = float_to_e4m3(scaled(element_at(x, type, i), scale) / one);
    }
    if (blockIdx.x == 0 && threadIdx.x == 0) {
        *unit = one;
    }
}
