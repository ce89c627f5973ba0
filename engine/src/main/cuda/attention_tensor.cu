// Attention on tensor cores: factors in bfloat16, sums and softmax in float (Dao, FlashAttention-2, 2023).
#include "attention.cuh"
#include "numbers.cuh"

#define TENSOR_QUERIES 128
#define TENSOR_KEYS 64
#define TENSOR_THREADS 128
#define TENSOR_WARPS (TENSOR_THREADS / WARP)
// Tiles of 16 queries that a warp computes.
#define ROW_TILES (TENSOR_QUERIES / TENSOR_WARPS / 16)

// Begins to copy COUNT rows of WIDTH elements, a step of elements apart, of which those before end exist.
template <int WIDTH, int COUNT>
static __device__ __forceinline__ void copy_rows(bf16* tile, const bf16* from, i64 step, i64 first, i64 end) {
    const int STRIDE = TENSOR_THREADS / (WIDTH / 8);
    int row = threadIdx.x / (WIDTH / 8);
    int chunk = threadIdx.x % (WIDTH / 8);
    int left = (int) (end - first < COUNT ? end - first : COUNT);
    // A multiple of 8 rows further the shuffle is the same.
    bf16* to = chunk_of<WIDTH>(tile, row, chunk);
    const bf16* source = from + (first + row) * step + chunk * 8;
#pragma unroll 4
    for (int r = 0; r < COUNT; r += STRIDE) {
        bool present = row + r < left;
        copy_16_bytes(to + r * WIDTH, present ? source : from, present);
        source += STRIDE * step;
    }
}

// Scores of the keys that a query does not see become minus infinity; the others get their bias.
// Lane l holds of each tile of 16 x 8 scores columns 2 (l % 4) and the next, of rows l / 4 and 8 more.
static __device__ __forceinline__ void restrict_scores(const Attention<bf16>& a, float (&score)[ROW_TILES][TENSOR_KEYS / 8][4],
        i64 first_query, i64 tile, i64 head, float scale) {
    int lane = threadIdx.x % WARP;
#pragma unroll
    for (int half = 0; half < 2 * ROW_TILES; half++) {
        i64 query = first_query + half * 8 + lane / 4;
        bool exists = query < a.sq;
        int begin = exists ? (int) (first_key(a, query) - tile) : 0;
        int end = exists ? (int) (end_of_keys(a, query) - tile) : 0;
        const float* bias = a.bias ? a.bias + head * (a.sq + a.sk - 1) - query + a.sq - 1 + tile : nullptr;
#pragma unroll
        for (int i = 0; i < TENSOR_KEYS / 8 * 2; i++) {
            int key = i / 2 * 8 + lane % 4 * 2 + i % 2;
            bool visible = key >= begin && key < end;
            float& s = score[half / 2][i / 2][half % 2 * 2 + i % 2];
            s = !visible ? -INFINITY : bias ? fmaf(s, scale, bias[key]) : s;
        }
    }
}

// A block computes TENSOR_QUERIES queries (x) of a head (y) of a batch entry (z), each warp 16 ROW_TILES of them. Keys and values
// share the time: while the scores of a tile of keys are computed, its values arrive; while these are summed, the next keys.
template <int WIDTH>
static __device__ __forceinline__ void attend_tensor(const Attention<bf16>& a) {
    DYNAMIC_SHARED(shared);
    bf16* queries = (bf16*) shared;
    bf16* keys = queries + TENSOR_QUERIES * WIDTH;
    bf16* values = keys + TENSOR_KEYS * WIDTH;
    int lane = threadIdx.x % WARP;
    int first_row = threadIdx.x / WARP * 16 * ROW_TILES;
    i64 block_query = (i64) blockIdx.x * TENSOR_QUERIES;
    i64 first_query = block_query + first_row;
    i64 head = blockIdx.y;
    i64 key_head = head / (a.hq / a.hkv);
    i64 batch = blockIdx.z;
    const bf16* q = a.q + (batch * a.sq * a.hq + head) * WIDTH;
    const bf16* k = a.k + (batch * a.sk * a.hkv + key_head) * WIDTH;
    const bf16* v = a.v + (batch * a.sk * a.hkv + key_head) * WIDTH;
    float scale = __uint_as_float((unsigned int) a.scale);
    // Exponentials are powers of 2.
    float factor = (a.bias ? 1 : scale) * 1.4426950408889634f;

    // Keys that some query sees, and those that all see.
    i64 begin = a.sk, end = 0, all_begin = 0, all_end = a.sk;
    for (i64 i = block_query; i < block_query + TENSOR_QUERIES && i < a.sq; i++) {
        i64 from = first_key(a, i);
        i64 to = end_of_keys(a, i);
        begin = from < begin ? from : begin;
        end = to > end ? to : end;
        all_begin = from > all_begin ? from : all_begin;
        all_end = to < all_end ? to : all_end;
        if (a.mask == FULL) {
            break;
        }
    }
    begin = begin / TENSOR_KEYS * TENSOR_KEYS;

    float out[ROW_TILES][WIDTH / 8][4] = {};
    float largest[ROW_TILES][2];
    float sum[ROW_TILES][2] = {};
#pragma unroll
    for (int r = 0; r < ROW_TILES * 2; r++) {
        largest[r / 2][r % 2] = -INFINITY;
    }
    copy_rows<WIDTH, TENSOR_QUERIES>(queries, q, a.hq * WIDTH, block_query, a.sq);
    copy_rows<WIDTH, TENSOR_KEYS>(keys, k, a.hkv * WIDTH, begin, end);
    for (i64 tile = begin; tile < end; tile += TENSOR_KEYS) {
        await_copies();
        __syncthreads();
        copy_rows<WIDTH, TENSOR_KEYS>(values, v, a.hkv * WIDTH, tile, end);

        float score[ROW_TILES][TENSOR_KEYS / 8][4] = {};
#pragma unroll
        for (int step = 0; step < WIDTH / 16; step++) {
            unsigned int left[ROW_TILES][4];
#pragma unroll
            for (int r = 0; r < ROW_TILES; r++) {
                load_matrices(left[r], chunk_of<WIDTH>(queries, first_row + r * 16 + lane % 16, step * 2 + lane / 16));
            }
#pragma unroll
            for (int n = 0; n < TENSOR_KEYS / 16; n++) {
                unsigned int right[4];
                load_matrices(right, chunk_of<WIDTH>(keys, n * 16 + lane / 16 * 8 + lane % 8, step * 2 + lane / 8 % 2));
#pragma unroll
                for (int r = 0; r < ROW_TILES; r++) {
                    multiply_16x8x16(score[r][2 * n], left[r], right[0], right[1]);
                    multiply_16x8x16(score[r][2 * n + 1], left[r], right[2], right[3]);
                }
            }
        }
        if (a.bias || tile < all_begin || tile + TENSOR_KEYS > all_end) {
            restrict_scores(a, score, first_query, tile, head, scale);
        }
        await_copies();
        __syncthreads();
        if (tile + TENSOR_KEYS < end) {
            copy_rows<WIDTH, TENSOR_KEYS>(keys, k, a.hkv * WIDTH, tile + TENSOR_KEYS, end);
        }

#pragma unroll
        for (int r = 0; r < ROW_TILES; r++) {
#pragma unroll
            for (int half = 0; half < 2; half++) {
                float now = largest[r][half];
#pragma unroll
                for (int n = 0; n < TENSOR_KEYS / 8; n++) {
                    now = fmaxf(now, fmaxf(score[r][n][half * 2], score[r][n][half * 2 + 1]));
                }
                // Four lanes share a row.
                now = fmaxf(now, exchange(now, 1));
                now = fmaxf(now, exchange(now, 2));
                // A query that has not seen a key yet has no largest score.
                float zero = now == -INFINITY ? 0 : now * factor;
                float shrink = power_of_2(fmaf(largest[r][half], factor, -zero));
                largest[r][half] = now;
                float more = 0;
#pragma unroll
                for (int i = 0; i < TENSOR_KEYS / 8 * 2; i++) {
                    float& s = score[r][i / 2][half * 2 + i % 2];
                    s = power_of_2(fmaf(s, factor, -zero));
                    more += s;
                }
                sum[r][half] = fmaf(sum[r][half], shrink, more);
#pragma unroll
                for (int i = 0; i < WIDTH / 8 * 2; i++) {
                    out[r][i / 2][half * 2 + i % 2] *= shrink;
                }
            }
        }
#pragma unroll
        for (int step = 0; step < TENSOR_KEYS / 16; step++) {
            unsigned int left[ROW_TILES][4];
#pragma unroll
            for (int r = 0; r < ROW_TILES; r++) {
#pragma unroll
                for (int i = 0; i < 4; i++) {
                    const float* s = score[r][step * 2 + i / 2];
                    left[r][i] = pack_bf16(s[i % 2 * 2], s[i % 2 * 2 + 1]);
                }
            }
#pragma unroll
            for (int n = 0; n < WIDTH / 16; n++) {
                unsigned int right[4];
                load_matrices_transposed(right, chunk_of<WIDTH>(values, step * 16 + lane % 16, n * 2 + lane / 16));
#pragma unroll
                for (int r = 0; r < ROW_TILES; r++) {
                    multiply_16x8x16(out[r][2 * n], left[r], right[0], right[1]);
                    multiply_16x8x16(out[r][2 * n + 1], left[r], right[2], right[3]);
                }
            }
        }
    }
#pragma unroll
    for (int half = 0; half < 2 * ROW_TILES; half++) {
        float total = sum[half / 2][half % 2];
        total += exchange(total, 1);
        total += exchange(total, 2);
        i64 query = first_query + half * 8 + lane / 4;
        if (query < a.sq) {
            i64 y = ((batch * a.sq + query) * a.hq + head) * a.dv;
#pragma unroll
            for (int i = 0; i < WIDTH / 8; i++) {
                store_pair(a, y, i * 8 + lane % 4 * 2, out[half / 2][i][half % 2 * 2] / total, out[half / 2][i][half % 2 * 2 + 1] / total);
            }
        }
    }
}

// By the channels of queries, keys and values, which are padded with zeros.
KERNEL_OF(TENSOR_THREADS, 2) attention_tensor_64(Attention<bf16> a) { attend_tensor<64>(a); }
KERNEL_OF(TENSOR_THREADS, 2) attention_tensor_128(Attention<bf16> a) { attend_tensor<128>(a); }

// Rows of x [rows, n], float or bfloat16, as bfloat16, each padded with zeros to width elements. n and width are multiples of 4.
KERNEL narrow_rows(const void* x, int narrow, bf16* y, i64 rows, i64 n, i64 width) {
    FOR_EACH(i, rows * (width / 4)) {
        i64 row = i / (width / 4);
        i64 column = i % (width / 4) * 4;
        float v[4] = {};
        if (column < n) {
            load(x, narrow, row * n + column, v);
        }
        store(y, true, row * width + column, v);
    }
}
