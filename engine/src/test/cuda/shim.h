// CUDA's execution model on one CPU thread, just enough of it to run this project's kernels in tests: blocks one after the other,
// the threads of a block as coroutines that change places at __syncthreads() and at what the lanes of a warp do together. A block
// whose first thread meets neither is a loop. The state is static: whoever wants blocks to run side by side loads the library several
// times.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>
#include "stacks.h"

#define __global__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __shared__ static

struct dim3 {
    unsigned int x, y, z;
};

static dim3 gridDim, blockDim, blockIdx, threadIdx;

static inline float __uint_as_float(unsigned int bits) {
    float f;
    memcpy(&f, &bits, 4);
    return f;
}

static inline unsigned int __float_as_uint(float f) {
    unsigned int bits;
    memcpy(&bits, &f, 4);
    return bits;
}

// The compiler is told not to contract either.
static inline float __fmul_rn(float a, float b) { return a * b; }
static inline float __fadd_rn(float a, float b) { return a + b; }

// Blocks may run side by side.
static inline unsigned int atomicMax(unsigned int* address, unsigned int value) {
    unsigned int old = __atomic_load_n(address, __ATOMIC_RELAXED);
    while (old < value && !__atomic_compare_exchange_n(address, &old, value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
    return old;
}

namespace shim {

const unsigned int LANES = 32;
const unsigned int GROUP_THREADS = 128;
// Rounds in which nothing may happen because some threads are held back.
const unsigned int MOST_IDLE = 32;
const size_t MOST_SHARED = 228 << 10;
// Bytes that a lane gives to, or gets from, what its warp does together.
const size_t MOST_EXCHANGED = 256;

// A copy to shared memory that is under way.
struct Copy {
    void* to;
    const void* from;
};

// A copy of a tile that is under way, and the barrier that counts its bytes.
struct TileCopy {
    void* to;
    const void* from;
    int bytes;
    void* barrier;
};

// A product of four warps that is under way.
struct GroupProduct {
    float* d;
    const unsigned int* registers;
    unsigned long long a, b;
    int add;
    int lot;
};

// What a thread waits for; POLL is a barrier in memory, which it looks at again and again.
enum Wait { NOTHING, BLOCK, WARP, GROUP, POLL };

// Lives as long as the library, and runs its thread of one block after the other.
struct Coroutine {
    void* stack;
    bool done;
    Wait wait;
    unsigned int meetings;
    std::vector<Copy> copies;
    std::vector<GroupProduct> products;
    int lots;
};

// Two sets of operands: the first lane of a warp that is let go may be at its next meeting before the last has its result.
struct Warp {
    unsigned int arrived;
    const void* purpose;
    alignas(16) unsigned char in[2][LANES * MOST_EXCHANGED];
    alignas(16) unsigned char out[2][LANES * MOST_EXCHANGED];
};

typedef void (*Body)(void**);

static std::vector<Coroutine> threads;
static std::vector<Warp> warps;
alignas(1024) static unsigned char dynamic_shared[MOST_SHARED];
static std::vector<TileCopy> tile_copies;
static unsigned int group_arrivals[1024 / GROUP_THREADS];
// Counts what happens at barriers in memory.
static unsigned long long progress;
static Coroutine* current;
static void* scheduler;
static Body body;
static void** arguments;
static bool flat;

static void fail(const char* what) {
    fprintf(stderr, "%s\n", what);
    abort();
}

static void leave() {
    shim_switch(&current->stack, scheduler);
}

static void run_forever() {
    for (;;) {
        body(arguments);
        current->done = true;
        leave();
    }
}

static void resume(unsigned int t) {
    current = &threads[t];
    threadIdx = {t, 0, 0};
    shim_switch(&scheduler, current->stack);
}

static void prepare(unsigned int begin, unsigned int end) {
    for (unsigned int t = begin; t < end; t++) {
        Coroutine& c = threads[t];
        if (!c.stack) {
            c.stack = make_stack(run_forever);
        }
        c.done = false;
        c.wait = NOTHING;
        c.meetings = 0;
        c.copies.clear();
        c.products.clear();
        c.lots = 0;
    }
}

// Lets threads go if all of them wait for the same; whoever has left for good will never come.
static bool release(unsigned int begin, unsigned int end, Wait wait) {
    unsigned int waiting = 0;
    unsigned int gone = 0;
    for (unsigned int t = begin; t < end; t++) {
        waiting += !threads[t].done && threads[t].wait == wait;
        gone += threads[t].done;
    }
    if (waiting > 0 && gone > 0) {
        fail(wait == BLOCK ? "a barrier was not reached by all threads of a block" : "a thread has left the others of its warps");
    }
    if (waiting < end - begin) {
        return false;
    }
    for (unsigned int t = begin; t < end; t++) {
        threads[t].wait = NOTHING;
    }
    return true;
}

static void deliver_next();

// Whether tiles arrive at once in this block, which shows what is overwritten too early, or as late as can be.
static bool hasty() {
    return (blockIdx.x + blockIdx.y + blockIdx.z) % 2 == 1;
}

static unsigned int random_number() {
    static unsigned int state = 1;
    state = state * 1664525 + 1013904223;
    return state >> 16;
}

// Nothing may be under way when a block ends.
static void finish_block(unsigned int n) {
    bool idle = tile_copies.empty();
    for (unsigned int t = 0; t < n; t++) {
        idle &= threads[t].copies.empty() && threads[t].products.empty();
    }
    if (!idle) {
        fail("a block ends with copies or products under way");
    }
}

static void run_block() {
    unsigned int n = blockDim.x;
    if (threads.size() < n) {
        threads.resize(n);
    }
    warps.resize((n + LANES - 1) / LANES);
    for (Warp& w : warps) {
        w.arrived = 0;
    }
    prepare(0, 1);
    resume(0);
    if (threads[0].done) {
        flat = true;
        for (unsigned int t = 1; t < n; t++) {
            threadIdx = {t, 0, 0};
            body(arguments);
        }
        flat = false;
        return;
    }
    prepare(1, n);
    unsigned int idle = 0;
    for (;;) {
        // Blocks with an odd number let one group of warps, now this, now that, fall behind the others.
        unsigned int held = hasty() && n > GROUP_THREADS ? random_number() % (n / GROUP_THREADS) : n;
        unsigned int left = 0;
        unsigned int at_barrier = 0;
        bool moved = false;
        unsigned long long before = progress;
        for (unsigned int t = 0; t < n; t++) {
            Coroutine& c = threads[t];
            if (!c.done && (c.wait == NOTHING || c.wait == POLL) && t / GROUP_THREADS != held) {
                moved |= c.wait == NOTHING;
                c.wait = NOTHING;
                resume(t);
                moved |= c.done;
            }
            left += !c.done;
            at_barrier += !c.done && c.wait == BLOCK;
        }
        moved |= progress != before;
        if (left == 0) {
            finish_block(n);
            return;
        }
        for (unsigned int t = 0; at_barrier < left && t + LANES <= n; t += LANES) {
            moved |= release(t, t + LANES, WARP);
        }
        for (unsigned int t = 0; at_barrier < left && t + GROUP_THREADS <= n; t += GROUP_THREADS) {
            moved |= release(t, t + GROUP_THREADS, GROUP);
        }
        moved |= release(0, n, BLOCK);
        idle = moved ? 0 : idle + 1;
        if (idle > (held < n ? MOST_IDLE : 0)) {
            if (tile_copies.empty()) {
                fail("the threads of a block wait for each other");
            }
            deliver_next();
            idle = 0;
        }
    }
}

static void await(Wait wait) {
    if (flat) {
        fail("the threads of a block part at a barrier");
    }
    current->wait = wait;
    leave();
}

// What the lanes of a warp do together: the last to arrive computes all results from all operands.
template <typename I, typename O>
static O meet(const I& operand, void (*compute)(const I*, O*)) {
    static_assert(sizeof(I) <= MOST_EXCHANGED && sizeof(O) <= MOST_EXCHANGED, "too much to exchange");
    Coroutine& me = *current;
    unsigned int lane = threadIdx.x % LANES;
    Warp& warp = warps[threadIdx.x / LANES];
    unsigned int set = me.meetings++ % 2;
    I* in = (I*) warp.in[set];
    O* out = (O*) warp.out[set];
    if (warp.arrived == 0) {
        warp.purpose = (const void*) compute;
    } else if (warp.purpose != (const void*) compute) {
        fail("the lanes of a warp do different things together");
    }
    in[lane] = operand;
    if (++warp.arrived == LANES) {
        warp.arrived = 0;
        compute(in, out);
    }
    await(WARP);
    return out[lane];
}

// Runs the blocks begin to end of a grid, counted along x, then y, then z.
static void launch(Body kernel, dim3 grid, unsigned int block, size_t shared, void** args, uint64_t begin, uint64_t end) {
    gridDim = grid;
    blockDim = {block, 1, 1};
    body = kernel;
    arguments = args;
    for (uint64_t i = begin; i < end; i++) {
        blockIdx = {(unsigned int) (i % grid.x), (unsigned int) (i / grid.x % grid.y), (unsigned int) (i / grid.x / grid.y)};
        memset(dynamic_shared, 0xFF, shared);
        run_block();
    }
}

template <typename... P, size_t... I>
static void call_with(void (*kernel)(P...), void** args, std::index_sequence<I...>) {
    kernel(*(P*) args[I]...);
}

template <typename... P>
static void call(void (*kernel)(P...), void** args) {
    call_with(kernel, args, std::index_sequence_for<P...>{});
}

}  // namespace shim

static void __syncthreads() {
    shim::await(shim::BLOCK);
}

#include "tensor_shim.h"
#include "hopper_shim.h"
