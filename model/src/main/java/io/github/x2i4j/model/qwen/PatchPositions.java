package io.github.x2i4j.model.qwen;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.model.llm.RopeFrequencies;
import io.github.x2i4j.model.llm.Rotary;
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
     * Sines and cosines [N, D/2]: the first half of them turns with the row, the second with the column.
     *
     * @param tokens order in which the tokens are listed
     * @param unit patches of a token
     * @param headDim width D of a head
     * @param precision of all that is computed
     */
    Rotary rotary(Ops f, long[] tokens, int unit, double theta, int headDim, RopeFrequencies precision) {
        float[] frequencies = precision.frequencies(theta, headDim / 2);
        int width = 2 * frequencies.length;
        float[] angles = new float[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            int patch = Math.toIntExact(tokens[i / unit] * unit + i % unit);
            float row = precision.round(rows[patch]);
            float column = precision.round(columns[patch]);
            for (int k = 0; k < frequencies.length; k++) {
                angles[i * width + k] = precision.round(row * frequencies[k]);
                angles[i * width + frequencies.length + k] = precision.round(column * frequencies[k]);
            }
        }
        return Rotary.ofAngles(f, angles, rows.length, precision);
    }
}
