// CUDA's execution model on one CPU thread, just enough of it to run this project's kernels in tests: blocks one after the other,
// the threads of a block as coroutines that change places at __syncthreads() and at what the lanes of a warp do together. A block
// whose first thread meets neither is a loop.
#pragma once
#include <cmath>
#include <csetjmp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ucontext.h>
#include <utility>
#include <vector>

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

namespace shim {

const size_t STACK = 64 << 10;
const unsigned int LANES = 32;
const size_t MOST_SHARED = 228 << 10;
// Bytes that a lane gives to, or gets from, what its warp does together.
const size_t MOST_EXCHANGED = 256;

// A copy to shared memory that is under way.
struct Copy {
    void* to;
    const void* from;
};

// What a thread waits for.
enum Wait { NOTHING, BLOCK, WARP };

struct Coroutine {
    ucontext_t start;
    jmp_buf place;
    bool begun, done;
    Wait wait;
    unsigned int meetings;
    std::vector<Copy> copies;
    std::vector<char> stack;
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
static Coroutine* current;
static jmp_buf scheduler;
static ucontext_t origin;
static Body body;
static void** arguments;
static bool flat;

static void fail(const char* what) {
    fprintf(stderr, "%s\n", what);
    abort();
}

static void enter() {
    body(arguments);
    current->done = true;
    _longjmp(scheduler, 1);
}

static void resume(Coroutine& c) {
    current = &c;
    if (_setjmp(scheduler) == 0) {
        if (c.begun) {
            _longjmp(c.place, 1);
        }
        c.begun = true;
        swapcontext(&origin, &c.start);
    }
}

static void place(unsigned int t) {
    threadIdx = {t % blockDim.x, t / blockDim.x % blockDim.y, t / blockDim.x / blockDim.y};
}

static void prepare(unsigned int begin, unsigned int end) {
    for (unsigned int t = begin; t < end; t++) {
        Coroutine& c = threads[t];
        c.stack.resize(STACK);
        c.begun = c.done = false;
        c.wait = NOTHING;
        c.meetings = 0;
        c.copies.clear();
        getcontext(&c.start);
        c.start.uc_stack.ss_sp = c.stack.data();
        c.start.uc_stack.ss_size = STACK;
        c.start.uc_link = nullptr;
        makecontext(&c.start, enter, 0);
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
        fail(wait == BLOCK ? "a barrier was not reached by all threads of a block" : "a lane has left the others of its warp");
    }
    if (waiting < end - begin) {
        return false;
    }
    for (unsigned int t = begin; t < end; t++) {
        threads[t].wait = NOTHING;
    }
    return true;
}

static void run_block() {
    unsigned int n = blockDim.x * blockDim.y * blockDim.z;
    if (threads.size() < n) {
        threads.resize(n);
    }
    warps.resize((n + LANES - 1) / LANES);
    for (Warp& w : warps) {
        w.arrived = 0;
    }
    prepare(0, 1);
    place(0);
    resume(threads[0]);
    if (threads[0].done) {
        flat = true;
        for (unsigned int t = 1; t < n; t++) {
            place(t);
            body(arguments);
        }
        flat = false;
        return;
    }
    prepare(1, n);
    for (;;) {
        unsigned int left = 0;
        bool moved = false;
        for (unsigned int t = 0; t < n; t++) {
            Coroutine& c = threads[t];
            if (!c.done && c.wait == NOTHING) {
                place(t);
                resume(c);
                moved = true;
            }
            left += !c.done;
        }
        if (left == 0) {
            return;
        }
        for (unsigned int t = 0; t + LANES <= n; t += LANES) {
            moved |= release(t, t + LANES, WARP);
        }
        moved |= release(0, n, BLOCK);
        if (!moved) {
            fail("the threads of a block wait for each other");
        }
    }
}

static void await(Wait wait) {
    if (flat) {
        fail("the threads of a block part at a barrier");
    }
    current->wait = wait;
    if (_setjmp(current->place) == 0) {
        _longjmp(scheduler, 1);
    }
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

static void launch(Body kernel, dim3 grid, unsigned int block, size_t shared, void** args) {
    gridDim = grid;
    blockDim = {block, 1, 1};
    body = kernel;
    arguments = args;
    for (unsigned int z = 0; z < grid.z; z++) {
        for (unsigned int y = 0; y < grid.y; y++) {
            for (unsigned int x = 0; x < grid.x; x++) {
                blockIdx = {x, y, z};
                memset(dynamic_shared, 0xFF, shared);
                run_block();
            }
        }
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
