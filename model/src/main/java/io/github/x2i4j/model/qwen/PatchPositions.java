package io.github.x2i4j.model.qwen;

import java.util.List;

/**
 * Row and column of each patch in its grid. Patches are listed token by token: the {@code merge x merge} patches of a token
 * follow one another ({@code rot_pos_emb}).
 */
record PatchPositions(int[] rows, int[] columns) {

    static PatchPositions of(List<PatchGrid> grids, int merge) {
        int n = grids.stream().mapToInt(PatchGrid::patches).sum();
        int[] rows = new int[n];
        int[] columns = new int[n];
        int i = 0;
        for (PatchGrid g : grids) {
            for (int t = 0; t < g.t(); t++) {
                for (int token = 0; token < g.h() / merge * (g.w() / merge); token++) {
                    int top = token / (g.w() / merge) * merge;
                    int left = token % (g.w() / merge) * merge;
                    for (int p = 0; p < merge * merge; p++, i++) {
                        rows[i] = top + p / merge;
                        columns[i] = left + p % merge;
                    }
                }
            }
        }
        return new PatchPositions(rows, columns);
    }

    /**
     * Rotary angles [N, D/2]: the first half of them turns with the row, the second with the column.
     *
     * @param tokens order in which the tokens are listed
     * @param frequencies D/4 of them
     */
    float[] angles(long[] tokens, int unit, float[] frequencies) {
        int width = 2 * frequencies.length;
        float[] angles = new float[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            int patch = Math.toIntExact(tokens[i / unit] * unit + i % unit);
            for (int k = 0; k < frequencies.length; k++) {
                angles[i * width + k] = rows[patch] * frequencies[k];
                angles[i * width + frequencies.length + k] = columns[patch] * frequencies[k];
            }
        }
        return angles;
    }
}
