package io.github.x2i4j.engine.cpu;

import static io.github.x2i4j.engine.kernel.TileKernel.DEPTH;

import io.github.x2i4j.engine.gemm.Transpose;
import io.github.x2i4j.engine.kernel.BlockKernel;
import io.github.x2i4j.engine.kernel.RunKernels;
import java.util.Arrays;

/**
 * How keys and values of a head are packed. A tile of {@link io.github.x2i4j.engine.kernel.TileKernel#DEPTH} keys is
 *
 * <ul>
 * <li>panels of {@code columns} keys, in each the channels, for the scores,
 * <li>panels of {@code columns} channels, in each the keys, for the sum of values,
 * </ul>
 *
 * with zeros up to a multiple of {@link RunKernels#LANES} keys and of {@code columns} channels.
 */
final class KeyValuePanels<P> {
    private final AttentionOp<P> op;
    private final BlockKernel<P> kernel;
    private final int columns;
    private final long tiles;

    KeyValuePanels(AttentionOp<P> op) {
        this.op = op;
        kernel = op.kernel;
        columns = kernel.columns();
        tiles = Math.ceilDiv(op.sk, DEPTH);
    }

    /** Words of a panel of keys. */
    long keyPanel() {
        return (long) kernel.words(op.d) * columns;
    }

    /** Words of a panel of channels of a tile. */
    long valuePanel() {
        return (long) kernel.words(DEPTH) * columns;
    }

    /** Panels of channels. */
    int valuePanels() {
        return Math.ceilDiv(op.dv, columns);
    }

    /** Words of the keys of a head. */
    long keyWords() {
        return tiles * (DEPTH / columns) * keyPanel();
    }

    /** Words of the values of a head. */
    long valueWords() {
        return tiles * valuePanels() * valuePanel();
    }

    long words() {
        return keyWords() + valueWords();
    }

    /** Word at which the panel of key {@code j} of packed head {@code slot} begins. */
    long keyAt(int slot, long j) {
        return slot * keyWords() + j / columns * keyPanel();
    }

    /** Word at which key {@code j} of the first panel of values begins. */
    long valueAt(int slot, long j) {
        return slot * valueWords() + j / DEPTH * valuePanels() * valuePanel() + (long) kernel.words((int) (j % DEPTH)) * columns;
    }

    /** Packs a tile of a head, counted through the batch, to {@code slot}. */
    void pack(long head, int slot, int tile, P keys, P values) {
        long first = (long) tile * DEPTH;
        int depth = (int) Math.min(DEPTH, op.sk - first);
        int padded = Math.ceilDiv(depth, RunKernels.LANES) * RunKernels.LANES;
        long row = (head / op.hkv * op.sk + first) * op.hkv + head % op.hkv;
        for (int j = 0; j < padded; j += columns) {
            int from = j;
            kernel.packColumns((to, at) -> packKeys(row + (long) from * op.hkv, Math.clamp(depth - from, 0, columns), to, at), op.d,
                    op.cpu.floats(), keys, keyAt(slot, first + j));
        }
        packValues(row, depth, padded, values, valueAt(slot, first));
    }

    /** Turns some keys into columns. */
    private void packKeys(long row, int count, float[] to, int at) {
        float[] rows = op.cpu.floats().take((long) columns * op.d);
        for (int i = 0; i < count; i++) {
            Runs.load(op.k, (row + (long) i * op.hkv) * op.d, rows, i * op.d, op.d);
        }
        Arrays.fill(rows, count * op.d, columns * op.d, 0);
        Transpose.block(rows, 0, op.d, columns, op.d, to, at, columns);
        op.cpu.floats().give(rows);
    }

    /** Values of a tile, a word of each channel at a time. */
    private void packValues(long row, int depth, int padded, P to, long at) {
        int channels = valuePanels() * columns;
        int perWord = kernel.elementsPerWord();
        float[] first = op.cpu.floats().take(channels);
        float[] second = op.cpu.floats().take(channels);
        Arrays.fill(first, op.dv, channels, 0);
        Arrays.fill(second, op.dv, channels, 0);
        for (int j = 0; j < padded; j += perWord) {
            loadValues(row, j, depth, first);
            if (perWord > 1) {
                loadValues(row, j + 1, depth, second);
            }
            for (int p = 0; p < valuePanels(); p++) {
                kernel.writeWords(first, second, p * columns, columns, to, at + p * valuePanel() + (long) j / perWord * columns);
            }
        }
        op.cpu.floats().give(first, second);
    }

    private void loadValues(long row, int j, int depth, float[] to) {
        if (j < depth) {
            Runs.load(op.v, (row + (long) j * op.hkv) * op.dv, to, op.dv);
        } else {
            Arrays.fill(to, 0, op.dv, 0);
        }
    }
}
