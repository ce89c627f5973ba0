package io.github.x2i4j.model.minicpm;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.model.media.PilResize;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.prompt.Slices;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Pictures to normalised patches ({@code MiniCPMVImageProcessor}); X2I asks for no slices.
 *
 * @param scaleResolution side of the square whose area each picture is brought to
 * @param patchSize pixels of a patch's side
 * @param imageTokens placeholders of a picture in the text ({@code image_feature_size})
 * @param mean of red, green and blue in [0, 1]
 * @param std of red, green and blue in [0, 1]
 */
public record MiniCpmImageProcessor(int scaleResolution, int patchSize, int imageTokens, float[] mean, float[] std) {
    private static final int MAX_RESOLUTION = 4096;
    private static final int MAX_TOKENS = 4096;

    /**
     * Reads preprocessor_config.json of a model folder.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException naming a field that is missing or wrong
     */
    public static MiniCpmImageProcessor read(Path folder) {
        Config c = Config.read(folder.resolve("preprocessor_config.json"));
        int resolution = c.positive("scale_resolution", 448);
        int patch = c.positive("patch_size", 14);
        int tokens = c.positive("image_feature_size", 64);
        if (resolution > MAX_RESOLUTION || patch > resolution) {
            throw c.invalid("scale_resolution", resolution + " must be from patch_size " + patch + " to " + MAX_RESOLUTION);
        }
        if (tokens > MAX_TOKENS) {
            throw c.invalid("image_feature_size", tokens + " is more than " + MAX_TOKENS);
        }
        return new MiniCpmImageProcessor(resolution, patch, tokens, threeFloats(c, "norm_mean"), threeFloats(c, "norm_std"));
    }

    private static float[] threeFloats(Config c, String field) {
        double[] v = c.numbers(field);
        if (v.length != VisionConfig.CHANNELS) {
            throw c.invalid(field, "it holds " + v.length + " numbers, one for each of 3 channels is needed");
        }
        return new float[] {(float) v[0], (float) v[1], (float) v[2]};
    }

    /** @throws InvalidInputException if what comes out is not what the networks take */
    void check(MiniCpmConfig c, Path folder) {
        if (patchSize != c.vision().patchSize() || imageTokens != c.queryNum()) {
            throw new InvalidInputException(folder + ": preprocessor_config.json (patch_size " + patchSize + ", image_feature_size "
                    + imageTokens + ") does not fit config.json (patch_size " + c.vision().patchSize() + ", query_num " + c.queryNum()
                    + "); take both from one model");
        }
    }

    /** The slices that are read beside a picture. */
    Slices slices(int width, int height, int most) {
        return SliceRule.of(width, height, most, scaleResolution);
    }

    /** The patches of the whole picture, then of each slice, row by row. */
    public List<PixelPatches> pieces(RgbImage image, int mostSlices) {
        Slices slices = slices(image.width(), image.height(), mostSlices);
        if (slices.count() == 0) {
            return List.of(patches(image));
        }
        List<PixelPatches> pieces = new ArrayList<>();
        BestSize whole = BestSize.shrunk(image.width(), image.height(), scaleResolution, patchSize);
        pieces.add(cut(resized(image, whole), 0, 0, whole));
        BestSize all = BestSize.sliced(image.width(), image.height(), slices, scaleResolution, patchSize);
        BestSize slice = new BestSize(all.width() / slices.columns(), all.height() / slices.rows());
        RgbImage resized = resized(image, all);
        for (int i = 0; i < slices.count(); i++) {
            pieces.add(cut(resized, i % slices.columns() * slice.width(), i / slices.columns() * slice.height(), slice));
        }
        return pieces;
    }

    /** The patches of a picture, brought to {@link BestSize} by PIL's bicubic filter. */
    public PixelPatches patches(RgbImage image) {
        BestSize size = BestSize.of(image.width(), image.height(), scaleResolution, patchSize);
        return cut(resized(image, size), 0, 0, size);
    }

    private static RgbImage resized(RgbImage image, BestSize size) {
        return PilResize.resize(image, size.width(), size.height(), PilResize.Filter.BICUBIC);
    }

    /** The patches of a part of a picture whose corner is at (x0, y0). */
    private PixelPatches cut(RgbImage resized, int x0, int y0, BestSize size) {
        PatchGrid grid = new PatchGrid(size.height() / patchSize, size.width() / patchSize);
        float[][] table = normalised();
        float[] out = new float[Math.multiplyExact(VisionConfig.CHANNELS, size.width() * size.height())];
        int i = 0;
        for (int c = 0; c < VisionConfig.CHANNELS; c++) {
            for (int y = 0; y < patchSize; y++) {
                for (int n = 0; n < grid.patches(); n++) {
                    int top = y0 + n / grid.columns() * patchSize;
                    int left = x0 + n % grid.columns() * patchSize;
                    int p = ((top + y) * resized.width() + left) * VisionConfig.CHANNELS + c;
                    for (int x = 0; x < patchSize; x++, p += VisionConfig.CHANNELS) {
                        out[i++] = table[c][resized.rgb()[p] & 0xFF];
                    }
                }
            }
        }
        return new PixelPatches(out, grid, patchSize);
    }

    /** {@code (p / 255 - mean) / std} of each channel and byte p, rounded where the reference rounds. */
    private float[][] normalised() {
        float[][] table = new float[VisionConfig.CHANNELS][256];
        for (int c = 0; c < VisionConfig.CHANNELS; c++) {
            for (int p = 0; p < 256; p++) {
                table[c][p] = (p / 255f - mean[c]) / std[c];
            }
        }
        return table;
    }
}
