package io.github.x2i4j.engine.machine;

import io.github.x2i4j.engine.kernel.TileKernel;
import java.lang.foreign.MemorySegment;

/**
 * Small products on arrays by machine code. Each call is checked against the arrays' bounds as a whole.
 *
 * @param routine six rows of F32 a tile
 * @param columns columns of a tile
 */
record MachineTiles(TileRoutine routine, int columns) implements TileKernel {
    @Override
    public void multiply(int depth, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int stride, boolean add) {
        multiplyRow(depth, a, aAt, b, bAt, 0, c, cAt, stride, add, 1);
    }

    @Override
    public void multiplyRow(int depth, float[] a, int aAt, float[] b, int bAt, int bStep, float[] c, int cAt, int stride, boolean add,
            int panels) {
        if (depth < 1 || depth > DEPTH || panels < 1 || bStep < 0 || stride < columns * panels) {
            throw new IllegalArgumentException("depth " + depth + ", " + panels + " panels " + bStep + " apart, stride " + stride);
        }
        routine.callShort(slice(a, aAt, (ROWS - 1L) * DEPTH + depth), slice(b, bAt, (panels - 1L) * bStep + (long) depth * columns),
                slice(c, cAt, (ROWS - 1L) * stride + (long) panels * columns), 1, panels, depth, (long) bStep * Float.BYTES,
                (long) stride * Float.BYTES, add);
    }

    private static MemorySegment slice(float[] array, int at, long n) {
        return MemorySegment.ofArray(array).asSlice((long) at * Float.BYTES, n * Float.BYTES);
    }
}
