package io.github.x2i4j.model.minicpm;

/**
 * The fixed positions of the resampler's keys: sines and cosines of the column, then of the row
 * ({@code get_2d_sincos_pos_embed} of MiniCPM-V, whose names say it the other way round).
 */
final class ResamplerPositions {
    private static final float BASE = 10_000;

    private ResamplerPositions() {
    }

    /** Positions of the patches of a grid, row-major: [rows * columns, width]. */
    static float[] table(PatchGrid grid, int width) {
        int half = width / 2;
        float[][] columns = axis(grid.columns(), half);
        float[][] rows = axis(grid.rows(), half);
        float[] out = new float[Math.multiplyExact(grid.patches(), width)];
        for (int i = 0; i < grid.patches(); i++) {
            System.arraycopy(columns[i % grid.columns()], 0, out, i * width, half);
            System.arraycopy(rows[i / grid.columns()], 0, out, i * width + half, half);
        }
        return out;
    }

    /** Sines of {@code position * 10000^(-k / (width / 2))}, then cosines; rounded to float32 where the reference rounds. */
    private static float[][] axis(int positions, int width) {
        int half = width / 2;
        float[] frequencies = new float[half];
        for (int k = 0; k < half; k++) {
            frequencies[k] = 1 / (float) Math.pow(BASE, k / (float) half);
        }
        float[][] out = new float[positions][width];
        for (int p = 0; p < positions; p++) {
            for (int k = 0; k < half; k++) {
                float angle = p * frequencies[k];
                out[p][k] = (float) Math.sin(angle);
                out[p][half + k] = (float) Math.cos(angle);
            }
        }
        return out;
    }
}
