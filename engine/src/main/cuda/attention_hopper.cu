// Attention on Hopper (Shah et al., FlashAttention-3, 2024): a warp that brings tiles of keys and values, and two groups of four warps
// that compute 64 queries each, the products of one tile beside the softmax of the next.
#include "attention.cuh"
#include "hopper.cuh"

#define HOPPER_TILE 128
#define HOPPER_WIDTH 128
#define HOPPER_GROUPS 2
#define HOPPER_THREADS ((HOPPER_GROUPS + 1) * WARP_GROUP)
#define STAGES 2
#define TILE_ELEMENTS (HOPPER_TILE * HOPPER_WIDTH)
#define TILE_BYTES (TILE_ELEMENTS * 2)

// Barriers of the tiles that come in turn to the same places: full when they have arrived, free when all have read them.
struct Turns {
    u64 full[STAGES];
    u64 free[STAGES];
};

static __device__ __forceinline__ void bring(bf16* places, Turns& turns, const bf16* tiles, int number) {
    int stage = number % STAGES;
    // The first tiles find their places free.
    barrier_wait(&turns.free[stage], number / STAGES % 2 ^ 1);
    barrier_expect(&turns.full[stage], TILE_BYTES);
    copy_tile(places + stage * TILE_ELEMENTS, tiles + (i64) number * TILE_ELEMENTS, TILE_BYTES, &turns.full[stage]);
}

static __device__ __forceinline__ const bf16* await_tile(const bf16* places, Turns& turns, int number) {
    barrier_wait(&turns.full[number % STAGES], number / STAGES % 2);
    return places + number % STAGES * TILE_ELEMENTS;
}

// Every warp of the groups says that it has read a tile.
static __device__ __forceinline__ void leave_tile(Turns& turns, int number) {
    if (threadIdx.x % WARP == 0) {
        barrier_arrive(&turns.free[number % STAGES]);
    }
}

// Begins to compute score = queries keys^T.
static __device__ __forceinline__ void begin_scores(float (&score)[64], const bf16* queries, int row, const bf16* keys) {
    products_begin();
#pragma unroll
    for (int step = 0; step < HOPPER_WIDTH / 16; step++) {
        multiply_64x128x16(score, tile_of<HOPPER_TILE>(queries, row, step * 16), tile_of<HOPPER_TILE>(keys, 0, step * 16), step > 0);
    }
    products_end();
}

// Begins to compute out += weights values; the values' tile has a row a channel.
static __device__ __forceinline__ void begin_sums(float (&out)[64], const unsigned int (&weights)[HOPPER_TILE / 16][4],
        const bf16* values) {
    products_begin();
#pragma unroll
    for (int step = 0; step < HOPPER_TILE / 16; step++) {
        multiply_64x128x16(out, weights[step], tile_of<HOPPER_WIDTH>(values, 0, step * 16), 1);
    }
    products_end();
}

// Scores become exponentials relative to the largest so far; returns how much what was summed before shrinks. A thread holds columns
// 2 (lane % 4) and the next of every 8, of two rows 8 apart.
static __device__ __forceinline__ void soften(float (&score)[64], float (&largest)[2], float (&sum)[2], float (&shrink)[2], float factor,
        int visible) {
    int lane = threadIdx.x % WARP;
    if (visible < HOPPER_TILE) {
#pragma unroll
        for (int i = 0; i < 64; i++) {
            if (i / 4 * 8 + lane % 4 * 2 + i % 2 >= visible) {
                score[i] = -INFINITY;
            }
        }
    }
#pragma unroll
    for (int half = 0; half < 2; half++) {
        float now = largest[half];
#pragma unroll
        for (int n = 0; n < 16; n++) {
            now = fmaxf(now, fmaxf(score[n * 4 + half * 2], score[n * 4 + half * 2 + 1]));
        }
        now = fmaxf(now, exchange(now, 1));
        now = fmaxf(now, exchange(now, 2));
        shrink[half] = power_of_2((largest[half] - now) * factor);
        largest[half] = now;
        float more = 0;
#pragma unroll
        for (int n = 0; n < 16; n++) {
#pragma unroll
            for (int i = 0; i < 2; i++) {
                float& s = score[n * 4 + half * 2 + i];
                s = power_of_2(fmaf(s, factor, -now * factor));
                more += s;
            }
        }
        sum[half] = fmaf(sum[half], shrink[half], more);
    }
}

static __device__ __forceinline__ void pack_weights(unsigned int (&weights)[HOPPER_TILE / 16][4], const float (&score)[64]) {
#pragma unroll
    for (int step = 0; step < HOPPER_TILE / 16; step++) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            int at = (step * 2 + i / 2) * 4 + i % 2 * 2;
            weights[step][i] = pack_bf16(score[at], score[at + 1]);
        }
    }
}

static __device__ __forceinline__ void compute_group(const Attention<bf16>& a, const bf16* queries, const bf16* keys, Turns& key_turns,
        const bf16* values, Turns& value_turns, int group, int tiles) {
    int lane = threadIdx.x % WARP;
    int row = group * 64;
    float factor = __uint_as_float((unsigned int) a.scale) * 1.4426950408889634f;
    float out[64];
    float score[64];
    unsigned int weights[HOPPER_TILE / 16][4];
    float largest[2] = {-INFINITY, -INFINITY};
    float sum[2] = {};
    float shrink[2];
#pragma unroll
    for (int i = 0; i < 64; i++) {
        out[i] = 0;
    }
    begin_scores(score, queries, row, await_tile(keys, key_turns, 0));
    products_wait<0>();
    leave_tile(key_turns, 0);
    soften(score, largest, sum, shrink, factor, (int) (a.sk < HOPPER_TILE ? a.sk : HOPPER_TILE));
    pack_weights(weights, score);
    for (int tile = 1; tile < tiles; tile++) {
        begin_scores(score, queries, row, await_tile(keys, key_turns, tile));
        begin_sums(out, weights, await_tile(values, value_turns, tile - 1));
        products_wait<1>();
        leave_tile(key_turns, tile);
        i64 left = a.sk - (i64) tile * HOPPER_TILE;
        soften(score, largest, sum, shrink, factor, (int) (left < HOPPER_TILE ? left : HOPPER_TILE));
        products_wait<0>();
        leave_tile(value_turns, tile - 1);
#pragma unroll
        for (int i = 0; i < 64; i++) {
            out[i] *= shrink[i / 2 % 2];
        }
        pack_weights(weights, score);
    }
    begin_sums(out, weights, await_tile(values, value_turns, tiles - 1));
    products_wait<0>();
    int first = row + threadIdx.x % WARP_GROUP / WARP * 16 + lane / 4;
#pragma unroll
    for (int half = 0; half < 2; half++) {
        float total = sum[half];
        total += exchange(total, 1);
        total += exchange(total, 2);
        i64 query = (i64) blockIdx.x * HOPPER_TILE + first + half * 8;
        if (query < a.sq) {
            i64 y = ((blockIdx.z * a.sq + query) * a.hq + blockIdx.y) * a.dv;
#pragma unroll
            for (int i = 0; i < HOPPER_WIDTH / 8; i++) {
                store_pair(a, y, i * 8 + lane % 4 * 2, out[i * 4 + half * 2] / total, out[i * 4 + half * 2 + 1] / total);
            }
        }
    }
}

// Every query sees every key; there is no bias. q, k and v are tiles as pack_rows and pack_columns write them. A block computes
// HOPPER_TILE queries (x) of a head (y) of a batch entry (z).
KERNEL_OF(HOPPER_THREADS, 1) attention_hopper(Attention<bf16> a) {
    DYNAMIC_SHARED(shared);
    __shared__ Turns key_turns;
    __shared__ Turns value_turns;
    __shared__ u64 queries_full;
    bf16* queries = (bf16*) shared;
    bf16* keys = queries + TILE_ELEMENTS;
    bf16* values = keys + STAGES * TILE_ELEMENTS;
    int tiles = (int) ((a.sk + HOPPER_TILE - 1) / HOPPER_TILE);
    i64 query_tile = (blockIdx.z * a.hq + blockIdx.y) * gridDim.x + blockIdx.x;
    i64 first_tile = (blockIdx.z * a.hkv + blockIdx.y / (a.hq / a.hkv)) * tiles;
    if (threadIdx.x == 0) {
        barrier_start(&queries_full, 1);
        for (int i = 0; i < STAGES; i++) {
            barrier_start(&key_turns.full[i], 1);
            barrier_start(&value_turns.full[i], 1);
            barrier_start(&key_turns.free[i], HOPPER_GROUPS * WARP_GROUP / WARP);
            barrier_start(&value_turns.free[i], HOPPER_GROUPS * WARP_GROUP / WARP);
        }
        barriers_started();
    }
    __syncthreads();
    if (threadIdx.x < WARP_GROUP) {
        give_registers<24>();
        if (threadIdx.x == 0) {
            barrier_expect(&queries_full, TILE_BYTES);
            copy_tile(queries, a.q + query_tile * TILE_ELEMENTS, TILE_BYTES, &queries_full);
            for (int tile = 0; tile < tiles; tile++) {
                bring(keys, key_turns, a.k + first_tile * TILE_ELEMENTS, tile);
                bring(values, value_turns, a.v + first_tile * TILE_ELEMENTS, tile);
            }
        }
    } else {
        take_registers<240>();
        barrier_wait(&queries_full, 0);
        compute_group(a, queries, keys, key_turns, values, value_turns, threadIdx.x / WARP_GROUP - 1, tiles);
    }
}

// Tiles of x [batch, s, heads, d], float or bfloat16: block (tile, head, batch entry) writes rows, padded with zeros, as place_in_tile
// says. d is a multiple of 4.
KERNEL pack_rows(const void* x, int narrow, bf16* y, i64 s, i64 heads, i64 d) {
    bf16* tile = y + ((blockIdx.z * heads + blockIdx.y) * gridDim.x + blockIdx.x) * TILE_ELEMENTS;
    for (int i = threadIdx.x; i < TILE_ELEMENTS / 8; i += blockDim.x) {
        int row = i / (HOPPER_WIDTH / 8);
        int column = i % (HOPPER_WIDTH / 8) * 8;
        i64 from = (i64) blockIdx.x * HOPPER_TILE + row;
        for (int half = 0; half < 8; half += 4) {
            float v[4] = {};
            if (from < s && column + half < d) {
                load(x, narrow, ((blockIdx.z * s + from) * heads + blockIdx.y) * d + column + half, v);
            }
            store(tile, true, place_in_tile<HOPPER_TILE>(row, column + half), v);
        }
    }
}

// The same with rows and columns exchanged: a row of a tile is a channel.
KERNEL pack_columns(const void* x, int narrow, bf16* y, i64 s, i64 heads, i64 d) {
    bf16* tile = y + ((blockIdx.z * heads + blockIdx.y) * gridDim.x + blockIdx.x) * TILE_ELEMENTS;
    for (int i = threadIdx.x; i < TILE_ELEMENTS / 8; i += blockDim.x) {
        int row = i % HOPPER_WIDTH;
        int column = i / HOPPER_WIDTH * 8;
        i64 from = (i64) blockIdx.x * HOPPER_TILE + column;
        for (int half = 0; half < 8; half += 4) {
            float v[4] = {};
            for (int j = 0; j < 4; j++) {
                float one[1] = {};
                if (from + half + j < s && row < d) {
                    load(x, narrow, ((blockIdx.z * s + from + half + j) * heads + blockIdx.y) * d + row, one);
                }
                v[j] = one[0];
            }
            store(tile, true, place_in_tile<HOPPER_WIDTH>(row, column + half), v);
        }
    }
}
