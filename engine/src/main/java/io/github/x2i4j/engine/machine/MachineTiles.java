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
        if (depth < 1 || depth > DEPTH || stride < columns) {
            throw new IllegalArgumentException("depth " + depth + ", stride " + stride);
        }
        routine.callShort(slice(a, aAt, (ROWS - 1L) * DEPTH + depth), slice(b, bAt, (long) depth * columns),
                slice(c, cAt, (ROWS - 1L) * stride + columns), 1, 1, depth, 0, (long) stride * Float.BYTES, add);
    }

    private static MemorySegment slice(float[] array, int at, long n) {
        return MemorySegment.ofArray(array).asSlice((long) at * Float.BYTES, n * Float.BYTES);
    }
}
