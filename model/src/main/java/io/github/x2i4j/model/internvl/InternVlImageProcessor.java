package io.github.x2i4j.model.internvl;

import io.github.x2i4j.model.media.PilResize;
import io.github.x2i4j.model.media.RgbImage;

/**
 * Pictures to normalised tiles (X2I's {@code load_image}: {@code dynamic_preprocess}, then torchvision's resize, to-tensor, normalise).
 *
 * @param tileSize pixels of a tile's side
 * @param minTiles least number of tiles
 * @param maxTiles largest number of them, a thumbnail not counted
 * @param thumbnail whether the whole picture follows its tiles as one more, where there are several
 */
public record InternVlImageProcessor(int tileSize, int minTiles, int maxTiles, boolean thumbnail) {
    /** Statistics of ImageNet, which the reference writes down in its code. */
    private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
    private static final float[] STD = {0.229f, 0.224f, 0.225f};

    /** With the settings of a model. */
    public static InternVlImageProcessor of(InternVlConfig c) {
        return new InternVlImageProcessor(c.tileSize(), c.minTiles(), c.maxTiles(), c.thumbnail());
    }

    /** The tiles of a picture, row-major; a picture of the shape of a single tile is one tile. */
    public PixelTiles tiles(RgbImage image) {
        TileGrid grid = TileGrid.closest(image.width(), image.height(), minTiles, maxTiles, tileSize);
        RgbImage whole = PilResize.resize(image, tileSize * grid.columns(), tileSize * grid.rows(), PilResize.Filter.BICUBIC);
        int count = grid.tiles() + (thumbnail && grid.tiles() > 1 ? 1 : 0);
        int tileValues = VisionConfig.CHANNELS * tileSize * tileSize;
        float[] out = new float[count * tileValues];
        float[][] table = normalised();
        for (int i = 0; i < grid.tiles(); i++) {
            tile(whole, i % grid.columns() * tileSize, i / grid.columns() * tileSize, table, out, i * tileValues);
        }
        if (count > grid.tiles()) {
            RgbImage small = PilResize.resize(image, tileSize, tileSize, PilResize.Filter.BICUBIC);
            tile(small, 0, 0, table, out, grid.tiles() * tileValues);
        }
        return new PixelTiles(out, count, tileSize);
    }

    /** Writes the tile whose corner is at (left, top): channel, row, column. */
    private void tile(RgbImage image, int left, int top, float[][] table, float[] out, int first) {
        int i = first;
        for (int c = 0; c < VisionConfig.CHANNELS; c++) {
            for (int y = top; y < top + tileSize; y++) {
                int p = (y * image.width() + left) * VisionConfig.CHANNELS + c;
                for (int x = 0; x < tileSize; x++, p += VisionConfig.CHANNELS) {
                    out[i++] = table[c][image.rgb()[p] & 0xFF];
                }
            }
        }
    }

    /** {@code (p / 255 - mean) / std} of each channel and byte p, rounded where the reference rounds. */
    private static float[][] normalised() {
        float[][] table = new float[VisionConfig.CHANNELS][256];
        for (int c = 0; c < VisionConfig.CHANNELS; c++) {
            for (int p = 0; p < 256; p++) {
                table[c][p] = (p / 255f - MEAN[c]) / STD[c];
            }
        }
        return table;
    }
}
