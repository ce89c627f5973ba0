package io.github.x2i4j.model.qwen;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.model.media.PilResize;
import io.github.x2i4j.model.media.RgbImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Pictures to pixel patches: resized to whole tokens, normalised, cut (transformers {@code Qwen2VLImageProcessor}, the one on PIL).
 *
 * @param minPixels least area, enlarged to if need be
 * @param maxPixels largest area
 * @param mean of red, green and blue in [0, 1]
 * @param std of red, green and blue in [0, 1]
 */
public record QwenImageProcessor(long minPixels, long maxPixels, int patchSize, int temporalPatchSize, int mergeSize, float[] mean,
        float[] std) {
    private static final int CHANNELS = 3;
    /** Beyond any published setting; bounds what a picture may be enlarged to. */
    private static final long MOST_PIXELS = 1 << 27;

    /**
     * Reads preprocessor_config.json of a model folder.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException naming a field that is missing or wrong
     */
    public static QwenImageProcessor read(Path folder) {
        Config c = Config.read(folder.resolve("preprocessor_config.json"));
        Config size = c.objectOrNull("size");
        boolean nested = size != null && !c.has("max_pixels") && size.has("shortest_edge");
        long min = nested ? size.integer("shortest_edge") : c.integer("min_pixels", 56 * 56);
        long max = nested ? size.integer("longest_edge") : c.integer("max_pixels", 28 * 28 * 1280);
        if (min < 1 || max < min || min > MOST_PIXELS) {
            throw c.invalid("max_pixels", "it is " + max + " and min_pixels " + min + "; expected 1 <= min_pixels <= max_pixels, min_pixels <= "
                    + MOST_PIXELS);
        }
        int patch = c.positive("patch_size", 14);
        int merge = c.positive("merge_size", 2);
        int frames = c.positive("temporal_patch_size", 2);
        if (Math.max(patch, Math.max(merge, frames)) > VisionConfig.MAX_PATCH) {
            throw c.invalid("patch_size", "it, merge_size and temporal_patch_size may be at most " + VisionConfig.MAX_PATCH);
        }
        return new QwenImageProcessor(min, max, patch, frames, merge, threeFloats(c, "image_mean"), threeFloats(c, "image_std"));
    }

    private static float[] threeFloats(Config c, String field) {
        double[] v = c.numbers(field);
        if (v.length != CHANNELS) {
            throw c.invalid(field, "it holds " + v.length + " numbers, one for each of 3 channels is needed");
        }
        return new float[] {(float) v[0], (float) v[1], (float) v[2]};
    }

    /** @throws io.github.x2i4j.engine.InvalidInputException if the patches are not those of the vision tower */
    void check(VisionConfig vision, Path folder) {
        if (patchSize != vision.patchSize() || mergeSize != vision.spatialMergeSize() || temporalPatchSize != vision.temporalPatchSize()
                || vision.inChannels() != CHANNELS) {
            throw new InvalidInputException(folder + ": preprocessor_config.json (patch_size " + patchSize + ", merge_size " + mergeSize
                    + ", temporal_patch_size " + temporalPatchSize + ") does not fit vision_config of config.json (" + vision.patchSize()
                    + ", " + vision.spatialMergeSize() + ", " + vision.temporalPatchSize() + "); take both from one model");
        }
    }

    /** Sides of resized pictures are multiples of so many pixels: those of a token. */
    public int factor() {
        return patchSize * mergeSize;
    }

    /** Patches of a picture, which is repeated to fill a patch's frames. */
    public PixelPatches image(RgbImage image) {
        return video(List.of(image));
    }

    /**
     * Patches of frames of one size; the last is repeated to fill a patch's frames.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException if they are too small or too narrow
     */
    public PixelPatches video(List<RgbImage> frames) {
        RgbImage first = frames.getFirst();
        SmartResize.Size size = SmartResize.processor(first.height(), first.width(), factor(), minPixels, maxPixels);
        List<RgbImage> resized = new ArrayList<>();
        for (RgbImage frame : frames) {
            if (frame.width() != first.width() || frame.height() != first.height()) {
                throw new IllegalArgumentException("frames of different sizes");
            }
            resized.add(PilResize.resize(frame, size.width(), size.height(), PilResize.Filter.BICUBIC));
        }
        while (resized.size() % temporalPatchSize != 0) {
            resized.add(resized.getLast());
        }
        return patches(resized, new PatchGrid(resized.size() / temporalPatchSize, size.height() / patchSize, size.width() / patchSize));
    }

    /**
     * Values in the order (time step, token row, token column, row and column inside the token | channel, frame, y, x).
     */
    private PixelPatches patches(List<RgbImage> frames, PatchGrid grid) {
        float[][] normalised = normalised();
        PatchPositions positions = PatchPositions.of(List.of(grid), mergeSize);
        long values = (long) grid.patches() * CHANNELS * temporalPatchSize * patchSize * patchSize;
        if (values > Integer.MAX_VALUE - 8) {
            throw new InvalidInputException("a picture of " + frames.getFirst().width() + "x" + frames.getFirst().height()
                    + " pixels is too large for the vision tower; lower max_pixels or give a smaller picture");
        }
        float[] out = new float[(int) values];
        int perStep = grid.h() * grid.w();
        int i = 0;
        for (int n = 0; n < grid.patches(); n++) {
            int top = positions.rows()[n] * patchSize;
            int left = positions.columns()[n] * patchSize;
            for (int c = 0; c < CHANNELS; c++) {
                for (int t = 0; t < temporalPatchSize; t++) {
                    RgbImage frame = frames.get(n / perStep * temporalPatchSize + t);
                    for (int y = top; y < top + patchSize; y++) {
                        int p = (y * frame.width() + left) * CHANNELS + c;
                        for (int x = 0; x < patchSize; x++, p += CHANNELS) {
                            out[i++] = normalised[c][frame.rgb()[p] & 0xFF];
                        }
                    }
                }
            }
        }
        return new PixelPatches(out, grid);
    }

    /** {@code (p / 255 - mean) / std} of each channel and byte p, rounded where the reference rounds. */
    private float[][] normalised() {
        float[][] table = new float[CHANNELS][256];
        for (int c = 0; c < CHANNELS; c++) {
            for (int p = 0; p < 256; p++) {
                table[c][p] = ((float) (p * (1 / 255.0)) - mean[c]) / std[c];
            }
        }
        return table;
    }
}
