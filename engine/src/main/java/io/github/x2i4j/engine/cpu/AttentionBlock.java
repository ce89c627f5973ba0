package io.github.x2i4j.engine.cpu;

import static io.github.x2i4j.engine.kernel.BlockKernel.STATE;
import static io.github.x2i4j.engine.kernel.TileKernel.DEPTH;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.kernel.BlockKernel;
import io.github.x2i4j.engine.kernel.RunKernels;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Some rows of a key head, which one task computes. Its memory is taken when it is made and given back when it is closed. */
final class AttentionBlock<P> implements AutoCloseable {
    private static final float[] UNSEEN = new float[DEPTH];

    static {
        Arrays.fill(UNSEEN, Float.NEGATIVE_INFINITY);
    }

    private final AttentionOp<P> op;
    private final KeyValuePanels<P> panels;
    private final BlockKernel<P> kernel;
    private final RunKernels runs;
    private final long batch;
    private final int keyHead;
    private final long first;
    private final int rows;
    /** Tiles of rows. */
    private final int tiles;
    /** Channels of a row of {@link #out}. */
    private final int channels;
    /** Words of a slice of {@link #queries}. */
    private final int slice;
    /** Queries times scale, in slices of channels. */
    private final P queries;
    private final P scores;
    private final P state;
    private final P out;

    /** @param head counted through the batch */
    AttentionBlock(AttentionOp<P> op, KeyValuePanels<P> panels, long head, long first, int rows) {
        this.op = op;
        this.panels = panels;
        kernel = op.kernel;
        runs = op.cpu.runs();
        batch = head / op.hkv;
        keyHead = (int) (head % op.hkv);
        this.first = first;
        this.rows = rows;
        tiles = Math.ceilDiv(rows, kernel.rows());
        channels = panels.valuePanels() * kernel.columns();
        slice = tiles * kernel.rows() * DEPTH;
        queries = take((long) Math.ceilDiv(op.d, kernel.depth()) * slice);
        scores = take(slice);
        state = take((long) rows * STATE);
        out = take((long) tiles * kernel.rows() * channels);
    }

    private P take(long words) {
        return kernel.take(op.cpu.panels(), op.cpu.floats(), words);
    }

    @Override
    public void close() {
        for (P memory : java.util.List.of(queries, scores, state, out)) {
            kernel.give(op.cpu.panels(), op.cpu.floats(), memory);
        }
    }

    /** @param slot where the head is packed */
    void run(int slot, P keys, P values) {
        kernel.packRows(new Queries(), rows, op.d, op.cpu.floats(), queries, slice);
        clear();
        long begin = Long.MAX_VALUE;
        long end = 0;
        for (long i = query(0); i <= query(rows - 1); i++) {
            begin = Math.min(begin, op.mask.begin(i));
            end = Math.max(end, op.mask.end(i));
        }
        // Pieces lie on a fixed grid, so that a row's sums do not depend on the block it is in.
        long from = begin / RunKernels.LANES * RunKernels.LANES;
        while (from < end) {
            long to = Math.min(end, from / DEPTH * DEPTH + DEPTH);
            int n = Math.ceilDiv((int) (to - from), RunKernels.LANES) * RunKernels.LANES;
            score(keys, slot, from, n);
            for (int r = 0; r < rows; r++) {
                mask(r, from, n);
            }
            kernel.softmax(runs, scores, rows, n, state, out, panels.valuePanels());
            kernel.multiply(n, scores, 0, tiles, values, panels.valueAt(slot, from), panels.valuePanel(), panels.valuePanels(), out, channels,
                    true);
            from = to;
        }
        store();
    }

    private int head(int row) {
        return keyHead * op.group + (int) ((first + row) % op.group);
    }

    private long query(int row) {
        return (first + row) / op.group;
    }

    /** Index of the first channel of a row, of which each has {@code n}. */
    private long index(int row, int n) {
        return ((batch * op.sq + query(row)) * op.hq + head(row)) * n;
    }

    /** Rows of queries as they are packed. */
    private final class Queries implements BlockKernel.Rows {
        @Override
        public void pack(int row, int k, int n, float[] to, int at) {
            Runs.load(op.q, index(row, op.d) + k, to, at, n);
            runs.affine(to, at, n, op.scale, 0);
        }

        @Override
        public boolean copy(int row, int k, int n, DType dtype, MemorySegment to, long at) {
            return false;
        }
    }

    private void clear() {
        float[] zeros = op.cpu.floats().take(Math.max(channels, STATE));
        Arrays.fill(zeros, 0, channels, 0);
        for (int r = 0; r < tiles * kernel.rows(); r++) {
            kernel.write(zeros, 0, out, (long) r * channels, channels);
        }
        Arrays.fill(zeros, 0, RunKernels.LANES, 0);
        // Finite, so that a row that has not seen a key yet does not subtract infinities.
        Arrays.fill(zeros, RunKernels.LANES, STATE, -Float.MAX_VALUE);
        for (int r = 0; r < rows; r++) {
            kernel.write(zeros, 0, state, (long) r * STATE, STATE);
        }
        op.cpu.floats().give(zeros);
    }

    private void score(P keys, int slot, long from, int n) {
        for (int c = 0; c < op.d; c += kernel.depth()) {
            kernel.multiply(Math.min(kernel.depth(), op.d - c), queries, c / kernel.depth() * slice, tiles, keys,
                    panels.keyAt(slot, from) + (long) kernel.words(c) * kernel.columns(), panels.keyPanel(), n / kernel.columns(), scores, DEPTH,
                    c > 0);
        }
    }

    /** Adds the bias to a row of scores and hides those of keys that it does not see. */
    private void mask(int r, long from, int n) {
        int lo = Math.clamp(op.mask.begin(query(r)) - from, 0, n);
        int hi = Math.clamp(op.mask.end(query(r)) - from, lo, n);
        long at = (long) r * DEPTH;
        if (op.bias != null && lo < hi) {
            float[] row = op.cpu.floats().take(n);
            float[] run = op.cpu.floats().take(n);
            kernel.read(scores, at + lo, row, 0, hi - lo);
            Runs.load(op.bias, head(r) * (op.sq + op.sk - 1) + from + lo - query(r) + op.sq - 1, run, hi - lo);
            runs.add(row, 0, run, 0, hi - lo);
            kernel.write(row, 0, scores, at + lo, hi - lo);
            op.cpu.floats().give(row, run);
        }
        if (lo > 0) {
            kernel.write(UNSEEN, 0, scores, at, lo);
        }
        if (hi < n) {
            kernel.write(UNSEEN, 0, scores, at + hi, n - hi);
        }
    }

    private void store() {
        float[] all = op.cpu.floats().take((long) rows * channels);
        float[] states = op.cpu.floats().take((long) rows * STATE);
        kernel.read(out, 0, all, 0, rows * channels);
        kernel.read(state, 0, states, 0, rows * STATE);
        for (int r = 0; r < rows; r++) {
            double sum = 0;
            for (int i = 0; i < RunKernels.LANES; i++) {
                sum += states[r * STATE + i];
            }
            runs.affine(all, r * channels, op.dv, (float) (1 / sum), 0);
            Runs.store(all, r * channels, op.y, index(r, op.dv), op.dv);
        }
        op.cpu.floats().give(all, states);
    }
}
