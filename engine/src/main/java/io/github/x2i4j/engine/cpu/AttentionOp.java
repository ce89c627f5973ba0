package io.github.x2i4j.engine.cpu;

import static io.github.x2i4j.engine.kernel.TileKernel.DEPTH;
import static io.github.x2i4j.engine.kernel.TileKernel.ROWS;

import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.context.CpuContext;
import io.github.x2i4j.engine.gemm.Transpose;
import io.github.x2i4j.engine.kernel.RunKernels;
import io.github.x2i4j.engine.kernel.ScalarMath;
import io.github.x2i4j.engine.kernel.TileKernel;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Attention with an online softmax (Milakov and Gimelshein, 2018; Dao et al., FlashAttention, 2022).
 *
 * <p>A task owns a block of rows of one key head; the queries of all heads that share the key head are rows of it. It walks over
 * tiles of {@link TileKernel#DEPTH} keys, packs the keys and values of the tile, and for six rows at a time computes scores,
 * their exponentials and the sum of values with the tile product. Only six rows of one tile of scores ever exist.
 */
final class AttentionOp {
    /** Rows of a task, at most: packing a tile of keys is then a small part of its use. */
    private static final int BLOCK_ROWS = 32 * ROWS;

    private final CpuContext cpu;
    private final MemorySegment q;
    private final MemorySegment k;
    private final MemorySegment v;
    private final MemorySegment y;
    private final MemorySegment bias;
    private final float scale;
    private final AttentionMask mask;
    private final long sq;
    private final long sk;
    private final int hq;
    private final int hkv;
    private final int group;
    private final int d;
    private final int dv;
    private final int width;

    private AttentionOp(CpuContext cpu, Tensor q, Tensor k, Tensor v, Tensor y, float scale, AttentionMask mask, Tensor bias) {
        this.cpu = cpu;
        this.q = q.segment();
        this.k = k.segment();
        this.v = v.segment();
        this.y = y.segment();
        this.bias = bias == null ? null : bias.segment();
        this.scale = scale;
        this.mask = mask;
        sq = q.dim(1);
        sk = k.dim(1);
        hq = Math.toIntExact(q.dim(2));
        hkv = Math.toIntExact(k.dim(2));
        group = hq / hkv;
        d = Math.toIntExact(q.dim(3));
        dv = Math.toIntExact(v.dim(3));
        width = cpu.tiles().columns();
    }

    static Tensor run(CpuContext cpu, CpuScope f, Tensor q, Tensor k, Tensor v, float scale, AttentionMask mask, Tensor bias) {
        for (Tensor t : new Tensor[] {q, k, v}) {
            Checks.f32("attention", t);
            Checks.rank("attention", t, 4);
        }
        long sq = q.dim(1);
        long sk = k.dim(1);
        Checks.that(k.dim(0) == q.dim(0) && v.dim(0) == q.dim(0) && v.dim(1) == sk && v.dim(2) == k.dim(2) && k.dim(3) == q.dim(3)
                && k.dim(2) > 0 && q.dim(2) % k.dim(2) == 0, () -> "attention: q " + q + ", k " + k + " and v " + v + " do not fit");
        Checks.shape("attention", "relative bias", bias, q.dim(2), sq + sk - 1);
        for (long i = 0; i < sq; i++) {
            long query = i;
            Checks.that(mask.begin(i) >= 0 && mask.end(i) <= sk && mask.begin(i) < mask.end(i), () -> "attention: query " + query
                    + " sees keys " + mask.begin(query) + " to " + mask.end(query) + " of " + sk);
        }
        Tensor y = f.empty(DType.F32, q.dim(0), sq, q.dim(2), v.dim(3));
        if (y.elements() > 0) {
            new AttentionOp(cpu, q, k, v, y, scale, mask, bias).run(q.dim(0));
        }
        return y;
    }

    private void run(long batch) {
        long rows = sq * group;
        long heads = batch * hkv;
        long wanted = Math.ceilDiv(4L * cpu.workers().threads(), heads);
        int blockRows = Math.clamp(Math.ceilDiv(Math.ceilDiv(rows, wanted), ROWS) * ROWS, ROWS, BLOCK_ROWS);
        long blocks = Math.ceilDiv(rows, blockRows);
        cpu.workers().parallelFor(Math.toIntExact(heads * blocks), task -> {
            long head = task / blocks;
            long first = task % blocks * blockRows;
            new Block(head / hkv, (int) (head % hkv), first, (int) Math.min(blockRows, rows - first)).run();
        });
    }

    /** The rows of one task. Row r of a key head is query {@code r / group} of head {@code g * group + r % group}. */
    private final class Block {
        private final RunKernels kernels = cpu.runs();
        private final TileKernel product = cpu.tiles();
        private final long b;
        private final int g;
        private final long first;
        private final int rows;
        private final int padded;
        private final int outStride = Math.ceilDiv(dv, width) * width;
        /** Queries times scale: slices of {@link TileKernel#DEPTH} channels, in each the rows. */
        private final float[] queries;
        private final float[] keys;
        private final float[] values;
        private final float[] scores;
        private final float[] out;
        private final float[] max;
        private final double[] sum;

        Block(long b, int g, long first, int rows) {
            this.b = b;
            this.g = g;
            this.first = first;
            this.rows = rows;
            padded = Math.ceilDiv(rows, ROWS) * ROWS;
            queries = cpu.floats().take((long) Math.ceilDiv(d, DEPTH) * padded * DEPTH);
            keys = cpu.floats().take((long) DEPTH * d);
            values = cpu.floats().take((long) DEPTH * outStride);
            scores = cpu.floats().take((long) ROWS * DEPTH);
            out = cpu.floats().take((long) padded * outStride);
            max = new float[padded];
            sum = new double[padded];
        }

        void run() {
            loadQueries();
            Arrays.fill(max, Float.NEGATIVE_INFINITY);
            Arrays.fill(out, 0, padded * outStride, 0);
            long begin = Long.MAX_VALUE;
            long end = 0;
            for (long i = first / group; i <= (first + rows - 1) / group; i++) {
                begin = Math.min(begin, mask.begin(i));
                end = Math.max(end, mask.end(i));
            }
            // Tiles lie on a fixed grid, so that a row's sums do not depend on the block it is in.
            for (long tile = begin / DEPTH * DEPTH; tile < end; tile += DEPTH) {
                int depth = (int) Math.min(DEPTH, sk - tile);
                packKeys(tile, depth);
                packValues(tile, depth);
                for (int r = 0; r < rows; r += ROWS) {
                    if (sees(r, tile, depth)) {
                        score(r, depth);
                        for (int i = 0; i < ROWS; i++) {
                            softmax(r, i, tile, depth);
                        }
                        addValues(r, depth);
                    }
                }
            }
            store();
            cpu.floats().give(queries, keys, values, scores, out);
        }

        private int head(int row) {
            return g * group + (int) ((first + row) % group);
        }

        private long query(int row) {
            return (first + row) / group;
        }

        private void loadQueries() {
            float[] channels = cpu.floats().take(d);
            for (int r = 0; r < padded; r++) {
                if (r < rows) {
                    Runs.load(q, ((b * sq + query(r)) * hq + head(r)) * d, channels, d);
                    kernels.affine(channels, 0, d, scale, 0);
                } else {
                    Arrays.fill(channels, 0);
                }
                for (int c = 0; c < d; c += DEPTH) {
                    System.arraycopy(channels, c, queries, c * padded + r * DEPTH, Math.min(DEPTH, d - c));
                }
            }
            cpu.floats().give(channels);
        }

        /** Keys, transposed: panels of {@code width} keys, in each the channels. */
        private void packKeys(long tile, int depth) {
            float[] rows = cpu.floats().take((long) width * d);
            for (int j = 0; j < depth; j += width) {
                int count = Math.min(width, depth - j);
                for (int i = 0; i < count; i++) {
                    Runs.load(k, ((b * sk + tile + j + i) * hkv + g) * d, rows, i * d, d);
                }
                Arrays.fill(rows, count * d, width * d, 0);
                Transpose.block(rows, 0, d, width, d, keys, j * d, width);
            }
            cpu.floats().give(rows);
        }

        /** Values: panels of {@code width} channels, in each the keys. */
        private void packValues(long tile, int depth) {
            float[] channels = cpu.floats().take(outStride);
            Arrays.fill(channels, dv, outStride, 0);
            for (int j = 0; j < depth; j++) {
                Runs.load(v, ((b * sk + tile + j) * hkv + g) * dv, channels, dv);
                for (int c = 0; c < outStride; c += width) {
                    System.arraycopy(channels, c, values, c * DEPTH + j * width, width);
                }
            }
            cpu.floats().give(channels);
        }

        private boolean sees(int r, long tile, int depth) {
            for (int i = r; i < Math.min(r + ROWS, rows); i++) {
                if (mask.begin(query(i)) < tile + depth && mask.end(query(i)) > tile) {
                    return true;
                }
            }
            return false;
        }

        private void score(int r, int depth) {
            for (int c = 0; c < d; c += DEPTH) {
                product.multiplyRow(Math.min(DEPTH, d - c), queries, c * padded + r * DEPTH, keys, c * width, d * width, scores, 0, DEPTH,
                        c > 0, Math.ceilDiv(depth, width));
            }
        }

        /** Scores of row r + i become exponentials relative to the row's largest score so far; earlier sums are scaled to it. */
        private void softmax(int r, int i, long tile, int depth) {
            int row = r + i;
            int at = i * DEPTH;
            int lo = 0;
            int hi = 0;
            if (row < rows) {
                lo = Math.clamp(mask.begin(query(row)) - tile, 0, depth);
                hi = Math.clamp(mask.end(query(row)) - tile, lo, depth);
            }
            if (lo < hi) {
                if (bias != null) {
                    float[] run = cpu.floats().take(hi - lo);
                    Runs.load(bias, head(row) * (sq + sk - 1) + tile + lo - query(row) + sq - 1, run, hi - lo);
                    kernels.add(scores, at + lo, run, 0, hi - lo);
                    cpu.floats().give(run);
                }
                float before = max[row];
                float now = Math.max(before, kernels.max(scores, at + lo, hi - lo));
                if (before != now) {
                    float shrink = ScalarMath.exp(before - now);
                    kernels.affine(out, row * outStride, dv, shrink, 0);
                    sum[row] *= shrink;
                    max[row] = now;
                }
                sum[row] += kernels.expSum(scores, at + lo, hi - lo, now);
            }
            Arrays.fill(scores, at, at + lo, 0);
            Arrays.fill(scores, at + hi, at + depth, 0);
        }

        private void addValues(int r, int depth) {
            product.multiplyRow(depth, scores, 0, values, 0, width * DEPTH, out, r * outStride, outStride, true, outStride / width);
        }

        private void store() {
            for (int r = 0; r < rows; r++) {
                kernels.affine(out, r * outStride, dv, (float) (1 / sum[r]), 0);
                Runs.store(out, r * outStride, y, ((b * sq + query(r)) * hq + head(r)) * dv, dv);
            }
        }
    }
}
