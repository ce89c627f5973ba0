package io.github.x2i4j.engine.kernel;

import io.github.x2i4j.engine.memory.FloatPool;
import io.github.x2i4j.engine.memory.MemoryPool;
import java.util.Arrays;

/**
 * Blocks made of tile products in Java, on arrays.
 *
 * @param kernel multiplies the tiles
 */
public record ArrayBlocks(TileKernel kernel) implements BlockKernel<float[]> {
    @Override
    public int rows() {
        return TileKernel.ROWS;
    }

    @Override
    public int columns() {
        return kernel.columns();
    }

    @Override
    public int depth() {
        return TileKernel.DEPTH;
    }

    @Override
    public int words(int k) {
        return k;
    }

    @Override
    public float[] take(MemoryPool pool, FloatPool floats, long words) {
        return floats.take(words);
    }

    @Override
    public void give(MemoryPool pool, FloatPool floats, float[] memory) {
        floats.give(memory);
    }

    @Override
    public void packRows(Rows source, int rows, int n, FloatPool floats, float[] to, int sliceWords) {
        int padded = Math.ceilDiv(rows, rows()) * rows();
        for (int i = 0; i < rows; i++) {
            for (int k = 0; k < n; k += depth()) {
                source.pack(i, k, Math.min(depth(), n - k), to, k / depth() * sliceWords + i * depth());
            }
        }
        for (int k = 0; k < n; k += depth()) {
            int slice = k / depth() * sliceWords;
            Arrays.fill(to, slice + rows * depth(), slice + padded * depth(), 0);
        }
    }

    @Override
    public void packColumns(Columns source, int k, FloatPool floats, float[] to, long at) {
        source.pack(to, (int) at);
    }

    @Override
    public void writeWords(float[] first, float[] second, int from, int n, float[] to, long at) {
        System.arraycopy(first, from, to, (int) at, n);
    }

    @Override
    public void packPatches(Patches patches, float[] planes, long at, float[] to, long toAt) {
        int row = (int) toAt;
        for (int p = 0; p < patches.planes(); p++) {
            for (int y = 0; y < patches.height(); y++) {
                int from = (int) (at + p * patches.planeStep() + y * patches.lineStep());
                for (int x = 0; x < patches.width(); x++) {
                    System.arraycopy(planes, from + x, to, row, columns());
                    row += columns();
                }
            }
        }
    }

    @Override
    public void multiply(int n, float[] a, int aAt, int tiles, float[] b, long bAt, long bStep, int panels, float[] c, int stride, boolean add) {
        for (int p = 0; p < panels; p++) {
            for (int t = 0; t < tiles; t++) {
                kernel.multiply(n, a, aAt + t * rows() * TileKernel.DEPTH, b, (int) (bAt + p * bStep), c, t * rows() * stride + p * columns(),
                        stride, add);
            }
        }
    }

    @Override
    public void softmax(RunKernels runs, float[] scores, int rows, int n, float[] state, float[] out, int panels) {
        int columns = panels * columns();
        for (int r = 0; r < rows; r++) {
            int at = r * TileKernel.DEPTH;
            int sums = r * STATE;
            float before = state[sums + RunKernels.LANES];
            float max = Math.max(before, runs.max(scores, at, n));
            if (before != max) {
                float shrink = ScalarMath.exp(before - max);
                runs.standardise(state, sums, RunKernels.LANES, 0, shrink);
                runs.standardise(out, r * columns, columns, 0, shrink);
                Arrays.fill(state, sums + RunKernels.LANES, sums + STATE, max);
            }
            runs.exp(scores, at, n, max, state, sums);
        }
    }

    @Override
    public void read(float[] c, long at, float[] to, int toAt, int n) {
        System.arraycopy(c, (int) at, to, toAt, n);
    }

    @Override
    public void write(float[] from, int fromAt, float[] c, long at, int n) {
        System.arraycopy(from, fromAt, c, (int) at, n);
    }
}
