// Instructions of tensor cores and of asynchronous copies (PTX ISA 7.8, compute_80), one function each. The tests have functions of
// the same names in their shim, which do on a CPU what the PTX manual says.
#pragma once
#include "common.cuh"

#define WARP 32

typedef unsigned short bf16;

#ifdef __CUDACC__
#define DYNAMIC_SHARED(name) extern __shared__ __align__(1024) unsigned char name[]

static __device__ __forceinline__ unsigned int shared_address(const void* p) {
    return (unsigned int) __cvta_generic_to_shared(p);
}

// c [16, 8] += a [16, 16] b [16, 8], the fragments spread over a warp as the manual's section on mma.m16n8k16 draws them.
static __device__ __forceinline__ void multiply_16x8x16(float (&c)[4], const unsigned int (&a)[4], unsigned int b0, unsigned int b1) {
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
            : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// Four matrices of 8 x 8; lane l names row l % 8 of matrix l / 8, and gets elements 2 (l % 4) and the next of row l / 4 of each.
static __device__ __forceinline__ void load_matrices(unsigned int (&r)[4], const void* row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
            : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(shared_address(row)) : "memory");
}

// The same with rows and columns exchanged.
static __device__ __forceinline__ void load_matrices_transposed(unsigned int (&r)[4], const void* row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
            : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(shared_address(row)) : "memory");
}

// Begins to copy 16 bytes to shared memory, or to clear them where there is nothing to copy.
static __device__ __forceinline__ void copy_16_bytes(void* to, const void* from, bool present) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" :: "r"(shared_address(to)), "l"(from), "r"(present ? 16 : 0) : "memory");
}

// Waits for the copies that this thread began.
static __device__ __forceinline__ void await_copies() {
    asm volatile("cp.async.wait_all;" ::: "memory");
}

// Two floats as bfloat16, rounded to nearest even, the first in the lower half.
static __device__ __forceinline__ unsigned int pack_bf16(float low, float high) {
    unsigned int packed;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(high), "f"(low));
    return packed;
}

// The value of the lane whose number differs by these bits.
static __device__ __forceinline__ float exchange(float value, int bits) {
    return __shfl_xor_sync(0xFFFFFFFF, value, bits);
}

// 2 to the power of x, with a relative error of 2^-22 at most; 0 for minus infinity.
static __device__ __forceinline__ float power_of_2(float x) {
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}
#endif

// Sum of one value of each lane of a warp; every lane gets it.
static __device__ __forceinline__ float warp_sum(float value) {
    for (int bits = WARP / 2; bits > 0; bits /= 2) {
        value += exchange(value, bits);
    }
    return value;
}

// Sum of one value of each thread of a block of THREADS; every thread gets it.
static __device__ __forceinline__ float block_sum(float value) {
    __shared__ float partial[THREADS / WARP];
    value = warp_sum(value);
    __syncthreads();
    if (threadIdx.x % WARP == 0) {
        partial[threadIdx.x / WARP] = value;
    }
    __syncthreads();
    float sum = 0;
    for (int i = 0; i < THREADS / WARP; i++) {
        sum += partial[i];
    }
    return sum;
}

// Where 16 bytes, number chunk of a row of WIDTH elements, lie in shared memory. Rows are shuffled so that neither the rows of a
// matrix of 8 x 8 nor neighbouring copies meet in a bank.
template <int WIDTH>
static __device__ __forceinline__ bf16* chunk_of(bf16* tile, int row, int chunk) {
    return tile + row * WIDTH + (chunk ^ row % 8) * 8;
}
