// Attention with an online softmax (Dao et al., FlashAttention, 2022), in float throughout.
#include "attention.cuh"

#define QUERIES 16
#define KEYS 64
#define CHANNELS 32
#define LANES (THREADS / QUERIES)

// A block computes QUERIES queries (x) of a head (y) of a batch entry (z). LANES threads share a query; each owns every LANES-th
// output channel, at most COLUMNS of them, and every LANES-th key of a tile.
template <int COLUMNS>
static __device__ __forceinline__ void attend(const Attention<float>& a) {
    __shared__ float queries[QUERIES][CHANNELS + 1];
    __shared__ float keys[KEYS][CHANNELS + 1];
    __shared__ float scores[QUERIES][KEYS + 1];
    int row = threadIdx.x / LANES;
    int lane = threadIdx.x % LANES;
    i64 first_query = (i64) blockIdx.x * QUERIES;
    i64 query = first_query + row;
    i64 head = blockIdx.y;
    i64 key_head = head / (a.hq / a.hkv);
    i64 batch = blockIdx.z;
    float scale = __uint_as_float((unsigned int) a.scale);

    i64 begin = a.sk;
    i64 end = 0;
    for (i64 i = first_query; i < first_query + QUERIES && i < a.sq; i++) {
        begin = first_key(a, i) < begin ? first_key(a, i) : begin;
        end = end_of_keys(a, i) > end ? end_of_keys(a, i) : end;
    }
    i64 visible_begin = query < a.sq ? first_key(a, query) : 0;
    i64 visible_end = query < a.sq ? end_of_keys(a, query) : 0;

    float out[COLUMNS];
    for (int c = 0; c < COLUMNS; c++) {
        out[c] = 0;
    }
    float largest = -INFINITY;
    float sum = 0;
    for (i64 tile = begin; tile < end; tile += KEYS) {
        float score[KEYS / LANES] = {};
        for (i64 channel = 0; channel < a.d; channel += CHANNELS) {
            __syncthreads();
            for (int i = threadIdx.x; i < QUERIES * CHANNELS; i += THREADS) {
                i64 r = first_query + i / CHANNELS;
                i64 c = channel + i % CHANNELS;
                queries[i / CHANNELS][i % CHANNELS] = r < a.sq && c < a.d ? a.q[((batch * a.sq + r) * a.hq + head) * a.d + c] * scale : 0;
            }
            for (int i = threadIdx.x; i < KEYS * CHANNELS; i += THREADS) {
                i64 r = tile + i / CHANNELS;
                i64 c = channel + i % CHANNELS;
                keys[i / CHANNELS][i % CHANNELS] = r < a.sk && c < a.d ? a.k[((batch * a.sk + r) * a.hkv + key_head) * a.d + c] : 0;
            }
            __syncthreads();
            for (int c = 0; c < CHANNELS; c++) {
                for (int j = 0; j < KEYS / LANES; j++) {
                    score[j] = fmaf(queries[row][c], keys[lane + j * LANES][c], score[j]);
                }
            }
        }
        for (int j = 0; j < KEYS / LANES; j++) {
            i64 key = tile + lane + j * LANES;
            bool visible = key >= visible_begin && key < visible_end;
            float bias = visible && a.bias ? a.bias[head * (a.sq + a.sk - 1) + key - query + a.sq - 1] : 0;
            scores[row][lane + j * LANES] = visible ? score[j] + bias : -INFINITY;
        }
        __syncthreads();
        float now = largest;
        for (int j = 0; j < KEYS; j++) {
            now = fmaxf(now, scores[row][j]);
        }
        float shrink = now == largest ? 1 : expf(largest - now);
        largest = now;
        __syncthreads();
        for (int j = 0; j < KEYS / LANES; j++) {
            float s = scores[row][lane + j * LANES];
            scores[row][lane + j * LANES] = s == -INFINITY ? 0 : expf(s - now);
        }
        __syncthreads();
        float more = 0;
        for (int j = 0; j < KEYS; j++) {
            more += scores[row][j];
        }
        sum = fmaf(sum, shrink, more);
        for (int c = 0; c < COLUMNS; c++) {
            out[c] *= shrink;
        }
        for (int j = 0; j < KEYS && tile + j < a.sk; j++) {
            const float* value = a.v + ((batch * a.sk + tile + j) * a.hkv + key_head) * a.dv;
            float p = scores[row][j];
            for (int c = 0; c < COLUMNS; c++) {
                if (lane + c * LANES < a.dv) {
                    out[c] = fmaf(p, value[lane + c * LANES], out[c]);
                }
            }
        }
    }
    if (query < a.sq) {
        for (int c = 0; c < COLUMNS; c++) {
            if (lane + c * LANES < a.dv) {
                ((float*) a.y)[((batch * a.sq + query) * a.hq + head) * a.dv + lane + c * LANES] = out[c] / sum;
            }
        }
    }
}

// By the most channels that a value may have.
KERNEL attention_64(Attention<float> a) { attend<64 / LANES>(a); }
KERNEL attention_128(Attention<float> a) { attend<128 / LANES>(a); }
KERNEL attention_512(Attention<float> a) { attend<512 / LANES>(a); }

// Rows of scores of keys [rows, sk] become weights: softmax over what each query sees, and 0 elsewhere.
struct Softmax {
    const float* scores;
    void* weights;           // may be the scores where they are floats
    const float* bias;       // [sq + sk - 1] of this head, or null
    const int* begins;       // [sq] where the mask is of RANGES
    const int* ends;
    i64 rows, sq, sk;
    i64 first;               // number of the first query
    i64 mask, offset;        // as those of Attention
    i64 scale;               // bits of a float
    i64 narrow;              // NARROW_OUTPUT where weights are bfloat16
};

// A block a row.
KERNEL softmax(Softmax a) {
    __shared__ float partial[THREADS];
    float scale = __uint_as_float((unsigned int) a.scale);
    for (i64 row = blockIdx.x; row < a.rows; row += gridDim.x) {
        i64 query = a.first + row;
        i64 begin = a.mask == RANGES ? a.begins[query] : 0;
        i64 end = a.mask == RANGES ? a.ends[query] : a.mask == CAUSAL ? query + a.offset + 1 : a.sk;
        const float* in = a.scores + row * a.sk;
        const float* bias = a.bias ? a.bias - query + a.sq - 1 : nullptr;
        float largest = -INFINITY;
        for (i64 i = begin + threadIdx.x; i < end; i += THREADS) {
            largest = fmaxf(largest, fmaf(in[i], scale, bias ? bias[i] : 0));
        }
        partial[threadIdx.x] = largest;
        for (int half = THREADS / 2; half > 0; half /= 2) {
            __syncthreads();
            if (threadIdx.x < half) {
                partial[threadIdx.x] = fmaxf(partial[threadIdx.x], partial[threadIdx.x + half]);
            }
        }
        __syncthreads();
        largest = partial[0];
        float sum = 0;
        for (i64 i = begin + threadIdx.x; i < end; i += THREADS) {
            sum += expf(fmaf(in[i], scale, bias ? bias[i] : 0) - largest);
        }
        float factor = 1 / block_sum(sum);
        for (i64 i = threadIdx.x; i < a.sk; i += THREADS) {
            bool visible = i >= begin && i < end;
            float weight[1] = {visible ? expf(fmaf(in[i], scale, bias ? bias[i] : 0) - largest) * factor : 0};
            store(a.weights, a.narrow & NARROW_OUTPUT, row * a.sk + i, weight);
        }
    }
}
