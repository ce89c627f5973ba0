// Reading and writing of activations, which are float or, where that loses nothing that products keep, bfloat16.
#pragma once
#include "tensor.cuh"

// Which of a kernel's operands are bfloat16, as bits of an argument. Those of NarrowBits in Java.
enum { NARROW_INPUT = 1, NARROW_OUTPUT = 2, NARROW_MULTIPLIER = 4, ALIGNED = 8 };

// Elements i .. i + W; 4 and 8 of them must be aligned to their size, at most to 16 bytes.
template <int W>
static __device__ __forceinline__ void load(const void* p, bool narrow, i64 i, float (&v)[W]) {
    if constexpr (W % 4 != 0) {
#pragma unroll
        for (int j = 0; j < W; j++) {
            v[j] = narrow ? __uint_as_float((unsigned int) ((const bf16*) p)[i + j] << 16) : ((const float*) p)[i + j];
        }
    } else for (int j = 0; j < W; j += 4) {
        if (!narrow) {
            float4 x = *(const float4*) ((const float*) p + i + j);
            v[j] = x.x;
            v[j + 1] = x.y;
            v[j + 2] = x.z;
            v[j + 3] = x.w;
        } else {
            uint2 x = *(const uint2*) ((const bf16*) p + i + j);
            v[j] = __uint_as_float(x.x << 16);
            v[j + 1] = __uint_as_float(x.x & 0xFFFF0000);
            v[j + 2] = __uint_as_float(x.y << 16);
            v[j + 3] = __uint_as_float(x.y & 0xFFFF0000);
        }
    }
}

template <int W>
static __device__ __forceinline__ void store(void* p, bool narrow, i64 i, const float (&v)[W]) {
    if constexpr (W % 4 != 0) {
#pragma unroll
        for (int j = 0; j < W; j++) {
            if (narrow) {
                ((bf16*) p)[i + j] = float_to_bf16(v[j]);
            } else {
                ((float*) p)[i + j] = v[j];
            }
        }
    } else for (int j = 0; j < W; j += 4) {
        if (!narrow) {
            *(float4*) ((float*) p + i + j) = {v[j], v[j + 1], v[j + 2], v[j + 3]};
        } else {
            *(uint2*) ((bf16*) p + i + j) = {pack_bf16(v[j], v[j + 1]), pack_bf16(v[j + 2], v[j + 3])};
        }
    }
}
