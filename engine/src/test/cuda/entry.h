// What the tests call: kernels by name, and the product that cuBLAS computes.
#pragma once

struct Entry {
    const char* name;
    shim::Body body;
};

extern const Entry ENTRIES[];

extern "C" int x2i_kernel(const char* name) {
    for (int i = 0; ENTRIES[i].name; i++) {
        if (strcmp(ENTRIES[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

extern "C" void x2i_launch(int kernel, int x, int y, int z, int threads, int64_t shared, void** args) {
    shim::launch(ENTRIES[kernel].body, {(unsigned int) x, (unsigned int) y, (unsigned int) z}, (unsigned int) threads, (size_t) shared, args);
}

static float element(const void* p, int type, int64_t i) {
    if (type == 0) {
        return ((const float*) p)[i];
    }
    unsigned short h = ((const unsigned short*) p)[i];
    return type == 14 ? __uint_as_float((unsigned int) h << 16) : half_to_float(h);
}

// Several sums, so that the compiler may use vectors.
static double dot(const float* a, const float* b, int64_t n) {
    double sums[8] = {};
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        for (int l = 0; l < 8; l++) {
            sums[l] += (double) a[i + l] * b[i + l];
        }
    }
    for (; i < n; i++) {
        sums[0] += (double) a[i] * b[i];
    }
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

// Element (i, j) of op(a) op(b), column-major, as cuBLAS counts; type is 0 for float, 2 for half, 14 for bfloat16.
static double product(int ta, int tb, int64_t i, int64_t j, int64_t k, int type, const void* a, int64_t lda, const void* b, int64_t ldb) {
    if (type == 0 && ta && !tb) {
        return dot((const float*) a + i * lda, (const float*) b + j * ldb, k);
    }
    double sum = 0;
    for (int64_t p = 0; p < k; p++) {
        sum += (double) element(a, type, ta ? i * lda + p : p * lda + i) * element(b, type, tb ? p * ldb + j : j * ldb + p);
    }
    return sum;
}

extern "C" void x2i_gemm(int ta, int tb, int64_t m, int64_t n, int64_t k, int type, const void* a, int64_t lda, const void* b,
        int64_t ldb, float beta, float* c, int64_t ldc) {
    for (int64_t j = 0; j < n; j++) {
        for (int64_t i = 0; i < m; i++) {
            double sum = product(ta, tb, i, j, k, type, a, lda, b, ldb);
            c[j * ldc + i] = (float) sum + (beta != 0 ? beta * c[j * ldc + i] : 0);
        }
    }
}

// d = fused(op(a) op(b) + bias + addend) as cuBLASLt computes it; fused is 1 for nothing, 2 for ReLU, 32 for GELU.
extern "C" void x2i_planned(int ta, int tb, int64_t m, int64_t n, int64_t k, int type, const void* a, int64_t lda, const void* b,
        int64_t ldb, int result, const void* bias, const float* addend, int fused, void* d, int64_t ldd) {
    for (int64_t j = 0; j < n; j++) {
        for (int64_t i = 0; i < m; i++) {
            float z = (float) product(ta, tb, i, j, k, type, a, lda, b, ldb);
            z += (addend ? addend[j * ldd + i] : 0);
            z = activate(fused == 2 ? RELU : fused == 32 ? GELU_TANH : IDENTITY, z + (bias ? element(bias, result, i) : 0));
            if (result == 14) {
                ((unsigned short*) d)[j * ldd + i] = float_to_bf16(z);
            } else {
                ((float*) d)[j * ldd + i] = z;
            }
        }
    }
}
