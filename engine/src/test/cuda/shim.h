// CUDA's execution model on one CPU thread, just enough of it to run this project's kernels in tests: blocks one after the other,
// the threads of a block as coroutines that change places at __syncthreads(). A block whose first thread meets no barrier is a loop.
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

struct Coroutine {
    ucontext_t start;
    jmp_buf place;
    bool begun, done;
    std::vector<char> stack;
};

typedef void (*Body)(void**);

static std::vector<Coroutine> threads;
static Coroutine* current;
static jmp_buf scheduler;
static ucontext_t origin;
static Body body;
static void** arguments;
static unsigned int waiting;
static bool flat;

static void barrier_missed() {
    fprintf(stderr, "a barrier was not reached by all threads of a block\n");
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
        getcontext(&c.start);
        c.start.uc_stack.ss_sp = c.stack.data();
        c.start.uc_stack.ss_size = STACK;
        c.start.uc_link = nullptr;
        makecontext(&c.start, enter, 0);
    }
}

static void run_block() {
    unsigned int n = blockDim.x * blockDim.y * blockDim.z;
    if (threads.size() < n) {
        threads.resize(n);
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
    unsigned int left = n;
    unsigned int first = 1;
    while (left > 0) {
        unsigned int finished = 0;
        waiting = first;
        for (unsigned int t = first; t < n; t++) {
            if (!threads[t].done) {
                place(t);
                resume(threads[t]);
                finished += threads[t].done;
            }
        }
        first = 0;
        // Threads that wait at a barrier which others have left for good: undefined on a real device.
        if (waiting > 0 && finished > 0) {
            barrier_missed();
        }
        left -= finished;
    }
}

static void launch(Body kernel, dim3 grid, unsigned int block, void** args) {
    gridDim = grid;
    blockDim = {block, 1, 1};
    body = kernel;
    arguments = args;
    for (unsigned int z = 0; z < grid.z; z++) {
        for (unsigned int y = 0; y < grid.y; y++) {
            for (unsigned int x = 0; x < grid.x; x++) {
                blockIdx = {x, y, z};
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
    if (shim::flat) {
        shim::barrier_missed();
    }
    shim::waiting++;
    dim3 me = threadIdx;
    if (_setjmp(shim::current->place) == 0) {
        _longjmp(shim::scheduler, 1);
    }
    threadIdx = me;
}
