// What the tests call: kernels by name, and the product that cuBLAS computes.
#pragma once

struct Entry {
    const char* name;
    shim::Body body;
};

extern const Entry ENTRIES[];

#define VISIBLE extern "C" __attribute__((visibility("default")))

VISIBLE int x2i_kernel(const char* name) {
    for (int i = 0; ENTRIES[i].name; i++) {
        if (strcmp(ENTRIES[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

// The blocks begin to end of a grid.
VISIBLE void x2i_launch(int kernel, int x, int y, int z, int threads, int64_t shared, void** args, int64_t begin, int64_t end) {
    shim::launch(ENTRIES[kernel].body, {(unsigned int) x, (unsigned int) y, (unsigned int) z}, (unsigned int) threads, (size_t) shared, args,
            begin, end);
}

static float element(const void* p, int type, int64_t i) {
    if (type == 0) {
        return ((const float*) p)[i];
    }
    if (type == 28) {
        return e4m3(((const byte*) p)[i]);
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

// The matrices of a product as floats, column-major, as cuBLAS counts; type is 0 for float, 2 for half, 14 for bfloat16, 28
// for e4m3.
class Product {
    const bool ta, tb;
    const int64_t m, k, lda, ldb;
    std::vector<float> wide_a, wide_b;
    const float* a;
    const float* b;
    std::vector<double> sums;

    static const float* widened(const void* p, int type, int64_t columns, int64_t rows, int64_t ld, std::vector<float>& wide) {
        if (type == 0) {
            return (const float*) p;
        }
        wide.resize((columns - 1) * ld + rows);
        for (size_t i = 0; i < wide.size(); i++) {
            wide[i] = element(p, type, i);
        }
        return wide.data();
    }

public:
    Product(int ta, int tb, int64_t m, int64_t n, int64_t k, int type, const void* a, int64_t lda, const void* b, int64_t ldb)
            : ta(ta), tb(tb), m(m), k(k), lda(lda), ldb(ldb), a(widened(a, type, ta ? m : k, ta ? k : m, lda, wide_a)),
            b(widened(b, type, tb ? k : n, tb ? n : k, ldb, wide_b)), sums(m) {
    }

    // Column j of op(a) op(b).
    const double* column(int64_t j) {
        std::fill(sums.begin(), sums.end(), 0);
        if (ta && !tb) {
            for (int64_t i = 0; i < m; i++) {
                sums[i] = dot(a + i * lda, b + j * ldb, k);
            }
        } else for (int64_t p = 0; p < k; p++) {
            double factor = b[tb ? p * ldb + j : j * ldb + p];
            for (int64_t i = 0; i < m; i++) {
                sums[i] += a[ta ? i * lda + p : p * lda + i] * factor;
            }
        }
        return sums.data();
    }
};

// Columns begin to end of c = op(a) op(b) + beta c.
VISIBLE void x2i_gemm(int ta, int tb, int64_t m, int64_t n, int64_t k, int type, const void* a, int64_t lda, const void* b,
        int64_t ldb, float beta, float* c, int64_t ldc, int64_t begin, int64_t end) {
    Product product(ta, tb, m, n, k, type, a, lda, b, ldb);
    for (int64_t j = begin; j < end; j++) {
        const double* sums = product.column(j);
        for (int64_t i = 0; i < m; i++) {
            c[j * ldc + i] = (float) sums[i] + (beta != 0 ? beta * c[j * ldc + i] : 0);
        }
    }
}

// Columns begin to end of d = fused(scale_a scale_b op(a) op(b) + bias + addend) as cuBLASLt computes it; fused is 1 for nothing, 2 for ReLU, 32 for GELU.
VISIBLE void x2i_planned(int ta, int tb, int64_t m, int64_t n, int64_t k, int type, const void* a, int64_t lda, const void* b,
        int64_t ldb, int result, const void* bias, const float* addend, int fused, void* d, int64_t ldd, const float* scale_a,
        const float* scale_b, int64_t begin, int64_t end) {
    double scale = (scale_a ? *scale_a : 1.0) * (scale_b ? *scale_b : 1.0);
    Product product(ta, tb, m, n, k, type, a, lda, b, ldb);
    for (int64_t j = begin; j < end; j++) {
        const double* sums = product.column(j);
        for (int64_t i = 0; i < m; i++) {
            float z = (float) (sums[i] * scale) + (addend ? addend[j * ldd + i] : 0);
            z = activate(fused == 2 ? RELU : fused == 32 ? GELU_TANH : IDENTITY, z + (bias ? element(bias, result, i) : 0));
            if (result == 14) {
                ((unsigned short*) d)[j * ldd + i] = float_to_bf16(z);
            } else {
                ((float*) d)[j * ldd + i] = z;
            }
        }
    }
}
