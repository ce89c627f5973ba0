package io.github.x2i4j.engine.gemm;

/** Turns rows of a small block into columns. */
public final class Transpose {
    private Transpose() {
    }

    /** {@code to[toAt + c * toStride + r] = from[fromAt + r * fromStride + c]} */
    public static void block(float[] from, int fromAt, int fromStride, int rows, int columns, float[] to, int toAt, int toStride) {
        int r = 0;
        for (; r + 4 <= rows; r += 4) {
            fourRows(from, fromAt + r * fromStride, fromStride, columns, to, toAt + r, toStride);
        }
        for (; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                to[toAt + c * toStride + r] = from[fromAt + r * fromStride + c];
            }
        }
    }

    /** Four rows become neighbours, so that a cache line of the result is visited a quarter as often. */
    private static void fourRows(float[] from, int a, int stride, int columns, float[] to, int toAt, int toStride) {
        int b = a + stride;
        int c = b + stride;
        int d = c + stride;
        for (int i = 0; i < columns; i++) {
            int t = toAt + i * toStride;
            to[t] = from[a + i];
            to[t + 1] = from[b + i];
            to[t + 2] = from[c + i];
            to[t + 3] = from[d + i];
        }
    }
}
