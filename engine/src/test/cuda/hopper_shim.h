// What the instructions of hopper.cuh do, as PTX's manual describes them. Copies of tiles arrive at once in some
// blocks, in others only when all threads wait for something; products are computed when they are waited for, from what their operands hold by then.
#pragma once

struct uint4 {
    unsigned int x, y, z, w;
};

namespace shim {

// What a barrier's eight bytes hold.
struct Barrier {
    int bytes;
    short pending;
    unsigned char arrivals;
    unsigned char phase;
};

static_assert(sizeof(Barrier) == 8, "a barrier has 64 bits");

static void turn_if_complete(Barrier& b) {
    if (b.pending < 0) {
        fail("more arrivals at a barrier than it waits for");
    }
    if (b.pending == 0 && b.bytes == 0) {
        b.phase ^= 1;
        b.pending = b.arrivals;
        progress++;
    }
}

static void arrive(void* barrier, int bytes) {
    Barrier& b = *(Barrier*) barrier;
    b.bytes += bytes;
    b.pending--;
    turn_if_complete(b);
}

static void deliver_next() {
    TileCopy copy = tile_copies.front();
    tile_copies.erase(tile_copies.begin());
    memcpy(copy.to, copy.from, copy.bytes);
    Barrier& b = *(Barrier*) copy.barrier;
    b.bytes -= copy.bytes;
    turn_if_complete(b);
}

// Element (row, column) of a tile: the swizzle of 128 bytes exchanges bits 4 to 6 of an address with their sum with bits 7 to 9.
static float tile_element(unsigned long long tile, unsigned int row, unsigned int column) {
    if (tile >> 62 != 1) {
        fail("not a tile with a swizzle of 128 bytes");
    }
    size_t at = (tile & 0x3FFF) * 16 + row / 8 * ((tile >> 32 & 0x3FFF) * 16) + row % 8 * 128 + column * 2;
    at ^= (at >> 7 & 7) << 4;
    if (at + 2 > MOST_SHARED) {
        fail("a tile lies outside of shared memory");
    }
    unsigned short element;
    memcpy(&element, dynamic_shared + at, 2);
    return __uint_as_float((unsigned int) element << 16);
}

// A product of a group of warps, whose threads have the numbers from first on.
static void multiply_64x128(unsigned int first, size_t number) {
    static float a[64][16];
    static float b[16][128];
    static float d[64][128];
    const GroupProduct& one = threads[first].products[number];
    for (unsigned int t = 0; t < GROUP_THREADS; t++) {
        const GroupProduct& p = threads[first + t].products[number];
        if (p.b != one.b || p.add != one.add || (p.registers == nullptr) != (one.registers == nullptr)) {
            fail("the warps of a group compute different products");
        }
        for (unsigned int i = 0; p.registers && i < 4; i++) {
            unsigned int row = t / LANES * 16 + t % LANES / 4 + i % 2 * 8;
            a[row][t % 4 * 2 + i / 2 * 8] = low_bf16(p.registers[i]);
            a[row][t % 4 * 2 + i / 2 * 8 + 1] = high_bf16(p.registers[i]);
        }
    }
    for (unsigned int k = 0; k < 16; k++) {
        for (unsigned int row = 0; row < 64 && !one.registers; row++) {
            a[row][k] = tile_element(one.a, row, k);
        }
        for (unsigned int column = 0; column < 128; column++) {
            b[k][column] = tile_element(one.b, column, k);
        }
    }
    for (int i = 0; i < 64; i++) {
        for (int j = 0; j < 128; j++) {
            d[i][j] = 0;
        }
        for (int k = 0; k < 16; k++) {
            for (int j = 0; j < 128; j++) {
                d[i][j] += a[i][k] * b[k][j];
            }
        }
    }
    for (unsigned int t = 0; t < GROUP_THREADS; t++) {
        float* to = threads[first + t].products[number].d;
        for (unsigned int i = 0; i < 64; i++) {
            float more = d[t / LANES * 16 + t % LANES / 4 + i / 2 % 2 * 8][i / 4 * 8 + t % 4 * 2 + i % 2];
            to[i] = more + (one.add ? to[i] : 0);
        }
    }
}

// Computes all products of a group but those of its last lots.
static void finish_products(unsigned int first, int lots) {
    const Coroutine& one = threads[first];
    size_t count = 0;
    while (count < one.products.size() && one.products[count].lot < one.lots - lots) {
        multiply_64x128(first, count++);
    }
    for (unsigned int t = first; t < first + GROUP_THREADS; t++) {
        threads[t].products.erase(threads[t].products.begin(), threads[t].products.begin() + count);
    }
}

static void give_product(float* d, const unsigned int* registers, unsigned long long a, unsigned long long b, int add) {
    current->products.push_back({d, registers, a, b, add, current->lots});
}

}  // namespace shim

static unsigned int shared_address(const void* p) {
    int64_t at = (const unsigned char*) p - shim::dynamic_shared;
    if (at < 0 || at >= (int64_t) shim::MOST_SHARED) {
        shim::fail("not in the shared memory of a launch");
    }
    return (unsigned int) at;
}

static void barrier_start(unsigned long long* barrier, int arrivals) {
    *(shim::Barrier*) barrier = {0, (short) arrivals, (unsigned char) arrivals, 0};
}

static void barriers_started() {
}

static void barrier_arrive(unsigned long long* barrier) { shim::arrive(barrier, 0); }

static void barrier_expect(unsigned long long* barrier, int bytes) { shim::arrive(barrier, bytes); }

static void barrier_wait(unsigned long long* barrier, int parity) {
    while (((shim::Barrier*) barrier)->phase == parity) {
        shim::await(shim::POLL);
    }
    shim::progress++;
}

static void copy_tile(void* to, const void* from, int bytes, unsigned long long* barrier) {
    if ((uintptr_t) to % 16 != 0 || (uintptr_t) from % 16 != 0 || bytes % 16 != 0) {
        shim::fail("a tile is not aligned");
    }
    shim::tile_copies.push_back({to, from, bytes, barrier});
    if (shim::hasty()) {
        shim::deliver_next();
    }
}

static void products_begin() {
}

static void products_end() { shim::current->lots++; }

template <int LOTS>
static void products_wait() {
    unsigned int group = threadIdx.x / shim::GROUP_THREADS;
    if (++shim::group_arrivals[group] == shim::GROUP_THREADS) {
        shim::group_arrivals[group] = 0;
        shim::finish_products(group * shim::GROUP_THREADS, LOTS);
    }
    shim::await(shim::GROUP);
}

template <int REGISTERS>
static void take_registers() {
}

template <int REGISTERS>
static void give_registers() {
}

static void multiply_64x128x16(float (&d)[64], unsigned long long a, unsigned long long b, int add) {
    shim::give_product(d, nullptr, a, b, add);
}

static void multiply_64x128x16(float (&d)[64], const unsigned int (&a)[4], unsigned long long b, int add) {
    shim::give_product(d, a, 0, b, add);
}
