// What the kernels of attention share.
#pragma once
#include "numbers.cuh"

// Kinds of masks: what a query sees.
enum { FULL, CAUSAL, RANGES };

template <typename T>
struct Attention {
    const T* q;              // [batch, sq, hq, d]
    const T* k;              // [batch, sk, hkv, d]
    const T* v;              // [batch, sk, hkv, dv]
    void* y;                 // [batch, sq, hq, dv], float or bfloat16
    const float* bias;       // [hq, sq + sk - 1] or null
    const int* begins;       // [sq] where the mask is of RANGES
    const int* ends;
    i64 sq, sk, hq, hkv, d, dv;
    i64 mask;
    i64 offset;              // keys before the first query where the mask is CAUSAL
    i64 scale;               // bits of a float
    i64 narrow;              // NARROW_OUTPUT where y is bfloat16
};

template <typename T>
static __device__ __forceinline__ i64 first_key(const Attention<T>& a, i64 query) {
    return a.mask == RANGES ? a.begins[query] : 0;
}

template <typename T>
static __device__ __forceinline__ i64 end_of_keys(const Attention<T>& a, i64 query) {
    return a.mask == RANGES ? a.ends[query] : a.mask == CAUSAL ? query + a.offset + 1 : a.sk;
}

// Writes two neighbouring channels, the first an even one, of those that there are, which are an even number.
template <typename T>
static __device__ __forceinline__ void store_pair(const Attention<T>& a, i64 y, int channel, float first, float second) {
    if (channel >= a.dv) {
        return;
    }
    if (a.narrow & NARROW_OUTPUT) {
        *(unsigned int*) ((bf16*) a.y + y + channel) = pack_bf16(first, second);
    } else {
        *(float2*) ((float*) a.y + y + channel) = {first, second};
    }
}
