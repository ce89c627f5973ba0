package io.github.x2i4j.model.internvl;

/**
 * Position embeddings of a square grid of patches at another size: PyTorch's bicubic interpolation in float32
 * ({@code F.interpolate(mode="bicubic", align_corners=False)}, a = -0.75, no antialiasing, edges repeated).
 */
final class PositionGrid {
    private static final float A = -0.75f;
    private static final int TAPS = 4;

    private PositionGrid() {
    }

    /**
     * @param grid [from * from, width], row-major
     * @return [to * to, width]
     */
    static float[] resize(float[] grid, int from, int to, int width) {
        if (from == to) {
            return grid;
        }
        float[] columns = resizeRowsOf(grid, from, from, to, width);       // [from, to, width]
        return transposed(resizeRowsOf(transposed(columns, from, to, width), to, from, to, width), to, to, width);
    }

    /** Each of {@code n} rows [from, width] to [to, width]. */
    private static float[] resizeRowsOf(float[] in, int n, int from, int to, int width) {
        float[] out = new float[n * to * width];
        float scale = (float) from / to;
        float[] weights = new float[TAPS];
        for (int x = 0; x < to; x++) {
            float source = scale * (x + 0.5f) - 0.5f;
            int left = (int) Math.floor(source);
            weights(source - left, weights);
            for (int tap = 0; tap < TAPS; tap++) {
                int column = Math.clamp(left - 1 + tap, 0, from - 1);
                for (int row = 0; row < n; row++) {
                    for (int c = 0; c < width; c++) {
                        out[(row * to + x) * width + c] += weights[tap] * in[(row * from + column) * width + c];
                    }
                }
            }
        }
        return out;
    }

    /** Weights of the neighbours at -1, 0, 1 and 2 of a point {@code t} to the right of 0. */
    static void weights(float t, float[] out) {
        out[0] = far(t + 1);
        out[1] = near(t);
        out[2] = near(1 - t);
        out[3] = far(2 - t);
    }

    /** Cubic convolution kernel on [0, 1]. */
    private static float near(float x) {
        return ((A + 2) * x - (A + 3)) * x * x + 1;
    }

    /** Cubic convolution kernel on [1, 2]. */
    private static float far(float x) {
        return ((A * x - 5 * A) * x + 8 * A) * x - 4 * A;
    }

    private static float[] transposed(float[] in, int rows, int columns, int width) {
        float[] out = new float[in.length];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                System.arraycopy(in, (r * columns + c) * width, out, (c * rows + r) * width, width);
            }
        }
        return out;
    }
}
