// What all kernels share. Indices are 64 bits wide; tensors are row-major and contiguous; activations are float.
// The kernels keep to plain CUDA C++, so that the tests can compile them for the CPU.
#pragma once

typedef long long i64;

#define KERNEL extern "C" __global__ void
// With registers for this many threads of a block and this many blocks of a multiprocessor.
#define KERNEL_OF(threads, blocks) extern "C" __global__ void __launch_bounds__(threads, blocks)

// Threads of a block that reduces or tiles.
#define THREADS 256

// Runs i from 0 to n over all threads of the grid.
#define FOR_EACH(i, n) for (i64 i = (i64) blockIdx.x * blockDim.x + threadIdx.x; i < (n); i += (i64) gridDim.x * blockDim.x)

// Ordinals of io.github.x2i4j.engine.Activation.
enum { IDENTITY, SILU, GELU, GELU_TANH, QUICK_GELU, RELU };

static __device__ __forceinline__ float activate(int f, float z) {
    switch (f) {
        case SILU: return z / (1 + expf(-z));
        case GELU: return 0.5f * z * (1 + erff(z * 0.70710678118654752f));
        case GELU_TANH: return 0.5f * z * (1 + tanhf(0.79788456080286536f * (z + 0.044715f * z * z * z)));
        case QUICK_GELU: return z / (1 + expf(-1.702f * z));
        case RELU: return z > 0 ? z : 0;
        default: return z;
    }
}

// Rounds to nearest even.
static __device__ __forceinline__ unsigned short float_to_bf16(float x) {
    unsigned int bits = __float_as_uint(x);
    if ((bits & 0x7FFFFFFF) > 0x7F800000) {
        return (unsigned short) (bits >> 16 | 64);
    }
    return (unsigned short) ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}
