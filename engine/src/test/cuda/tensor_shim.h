// What the instructions of tensor.cuh do, as PTX's manual describes them. Copies to shared memory are done as late as possible, so
// that what is read without waiting is not there.
#pragma once

#define DYNAMIC_SHARED(name) unsigned char* name = shim::dynamic_shared

struct uint2 {
    unsigned int x, y;
};

struct float2 {
    float x, y;
};

struct float4 {
    float x, y, z, w;
};

namespace shim {

static inline float low_bf16(unsigned int packed) { return __uint_as_float(packed << 16); }
static inline float high_bf16(unsigned int packed) { return __uint_as_float(packed & 0xFFFF0000); }

struct Factors {
    unsigned int a[4], b[2];
    float c[4];
};

struct Accumulators {
    float c[4];
};

// Lane l, g = l / 4, t = l % 4. Of a it holds rows g and g + 8 of columns 2t, 2t + 1 and, in its last two words, of those 8 further;
// of b rows 2t, 2t + 1 and those 8 further of column g; of c columns 2t, 2t + 1 of rows g and g + 8.
static void multiply(const Factors* in, Accumulators* out) {
    float a[16][16];
    float b[16][8];
    for (unsigned int l = 0; l < LANES; l++) {
        unsigned int g = l / 4;
        unsigned int t = l % 4 * 2;
        for (unsigned int i = 0; i < 4; i++) {
            a[g + i % 2 * 8][t + i / 2 * 8] = low_bf16(in[l].a[i]);
            a[g + i % 2 * 8][t + i / 2 * 8 + 1] = high_bf16(in[l].a[i]);
        }
        for (unsigned int i = 0; i < 2; i++) {
            b[t + i * 8][g] = low_bf16(in[l].b[i]);
            b[t + i * 8 + 1][g] = high_bf16(in[l].b[i]);
        }
    }
    float c[16][8];
    for (int i = 0; i < 16; i++) {
        for (int j = 0; j < 8; j++) {
            c[i][j] = 0;
        }
        for (int k = 0; k < 16; k++) {
            for (int j = 0; j < 8; j++) {
                c[i][j] += a[i][k] * b[k][j];
            }
        }
    }
    for (unsigned int l = 0; l < LANES; l++) {
        for (unsigned int i = 0; i < 4; i++) {
            out[l].c[i] = in[l].c[i] + c[l / 4 + i / 2 * 8][l % 4 * 2 + i % 2];
        }
    }
}

struct Row {
    const unsigned short* row;
};

struct Matrices {
    unsigned int r[4];
};

template <bool TRANSPOSED>
static void load(const Row* in, Matrices* out) {
    for (unsigned int l = 0; l < LANES; l++) {
        for (unsigned int m = 0; m < 4; m++) {
            unsigned int pair[2];
            for (unsigned int i = 0; i < 2; i++) {
                unsigned int row = TRANSPOSED ? l % 4 * 2 + i : l / 4;
                unsigned int column = TRANSPOSED ? l / 4 : l % 4 * 2 + i;
                const unsigned short* from = in[m * 8 + row].row;
                if ((uintptr_t) from % 16 != 0) {
                    fail("the rows of a matrix are not aligned");
                }
                pair[i] = from[column];
            }
            out[l].r[m] = pair[0] | pair[1] << 16;
        }
    }
}

struct Offer {
    float value;
    int bits;
};

static void exchange(const Offer* in, float* out) {
    for (unsigned int l = 0; l < LANES; l++) {
        out[l] = in[l ^ in[l].bits].value;
    }
}

}  // namespace shim

static void multiply_16x8x16(float (&c)[4], const unsigned int (&a)[4], unsigned int b0, unsigned int b1) {
    shim::Accumulators d = shim::meet(shim::Factors{{a[0], a[1], a[2], a[3]}, {b0, b1}, {c[0], c[1], c[2], c[3]}}, shim::multiply);
    memcpy(c, d.c, sizeof(c));
}

static void load_matrices(unsigned int (&r)[4], const void* row) {
    memcpy(r, shim::meet(shim::Row{(const unsigned short*) row}, shim::load<false>).r, sizeof(r));
}

static void load_matrices_transposed(unsigned int (&r)[4], const void* row) {
    memcpy(r, shim::meet(shim::Row{(const unsigned short*) row}, shim::load<true>).r, sizeof(r));
}

static void copy_16_bytes(void* to, const void* from, bool present) {
    if ((uintptr_t) to % 16 != 0 || (uintptr_t) from % 16 != 0) {
        shim::fail("a copy to shared memory is not aligned");
    }
    shim::current->copies.push_back({to, present ? from : nullptr});
}

static void await_copies() {
    for (const shim::Copy& copy : shim::current->copies) {
        if (copy.from) {
            memcpy(copy.to, copy.from, 16);
        } else {
            memset(copy.to, 0, 16);
        }
    }
    shim::current->copies.clear();
}

static unsigned short float_to_bf16(float x);

static unsigned int pack_bf16(float low, float high) {
    return float_to_bf16(low) | (unsigned int) float_to_bf16(high) << 16;
}

static float exchange(float value, int bits) {
    return shim::meet(shim::Offer{value, bits}, shim::exchange);
}

static float power_of_2(float x) { return exp2f(x); }
