package io.github.x2i4j.model.qwen;

import io.github.x2i4j.engine.InvalidInputException;
import java.util.Arrays;
import java.util.List;

/**
 * Positions of a prompt's tokens on the axes time, height and width ({@code get_rope_index} of transformers 4.49 and 4.50).
 *
 * <p>Text counts on, equally on all axes. The tokens of a picture or video start at the next number on each axis and add their step
 * in time, their row and their column; what follows goes on after the largest number used. Masked tokens get 1.
 *
 * @param positions [3][S]
 * @param ropeDelta (largest position + 1) - S
 */
public record RopeIndex(long[][] positions, long ropeDelta) {

    /**
     * @param ids token ids [S]
     * @param attentionMask [S], 0 for pads
     * @param imageGrids grids of the pictures in the order of their placeholders
     * @param secondsPerGrid seconds between two steps in time of each video
     * @throws InvalidInputException if the placeholders do not match the grids
     */
    public static RopeIndex of(long[] ids, long[] attentionMask, QwenVlConfig config, List<PatchGrid> imageGrids,
            List<PatchGrid> videoGrids, float[] secondsPerGrid) {
        long[][] positions = new long[3][ids.length];
        for (long[] axis : positions) {
            Arrays.fill(axis, 1);
        }
        boolean vision = !imageGrids.isEmpty() || !videoGrids.isEmpty();
        long next = 0;
        int image = 0;
        int video = 0;
        for (int i = 0; i < ids.length; i++) {
            if (attentionMask[i] == 0) {
                continue;
            }
            boolean isImage = ids[i] == config.imageTokenId() && image < imageGrids.size();
            if (!isImage && !(ids[i] == config.videoTokenId() && video < videoGrids.size())) {
                set(positions, i, next, next, next);
                next++;
                continue;
            }
            PatchGrid grid = isImage ? imageGrids.get(image) : videoGrids.get(video);
            float seconds = isImage ? 0 : secondsPerGrid[video];
            if (isImage) {
                image++;
            } else {
                video++;
            }
            int merge = config.vision().spatialMergeSize();
            int rows = grid.h() / merge;
            int columns = grid.w() / merge;
            int tokens = grid.tokens(merge);
            if (i + tokens > ids.length) {
                throw mismatch();
            }
            long last = 0;
            for (int k = 0; k < tokens; k++) {
                if (ids[i + k] != ids[i] || attentionMask[i + k] == 0) {
                    throw mismatch();
                }
                int step = k / (rows * columns);
                long t = (long) (step * seconds * config.vision().tokensPerSecond());
                int row = k / columns % rows;
                int column = k % columns;
                set(positions, i + k, next + t, next + row, next + column);
                last = Math.max(last, Math.max(t, Math.max(row, column)));
            }
            next += last + 1;
            i += tokens - 1;
        }
        if (image < imageGrids.size() || video < videoGrids.size()) {
            throw mismatch();
        }
        // without pictures the reference takes the maximum over the masked tokens' ones as well
        boolean masked = Arrays.stream(attentionMask).anyMatch(m -> m == 0);
        long end = !vision && masked ? Math.max(next, 2) : next;
        return new RopeIndex(positions, end - ids.length);
    }

    private static void set(long[][] positions, int i, long t, long h, long w) {
        positions[0][i] = t;
        positions[1][i] = h;
        positions[2][i] = w;
    }

    private static InvalidInputException mismatch() {
        return new InvalidInputException("the prompt's placeholders do not match its pictures and videos; it was cut inside them, or its "
                + "text holds placeholders of its own");
    }
}
