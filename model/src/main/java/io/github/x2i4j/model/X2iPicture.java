package io.github.x2i4j.model;

import io.github.x2i4j.model.media.PngWriter;
import io.github.x2i4j.model.media.RgbImage;
import java.awt.image.BufferedImage;

/**
 * A finished picture and how to make it again.
 *
 * @param image 8 bits a channel
 */
public record X2iPicture(RgbImage image, Recipe recipe) {
    /** For the JDK's own classes. */
    public BufferedImage toBufferedImage() {
        BufferedImage out = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        int[] row = new int[image.width()];
        byte[] rgb = image.rgb();
        for (int y = 0, i = 0; y < image.height(); y++) {
            for (int x = 0; x < row.length; x++, i += 3) {
                row[x] = (rgb[i] & 0xFF) << 16 | (rgb[i + 1] & 0xFF) << 8 | rgb[i + 2] & 0xFF;
            }
            out.setRGB(0, y, row.length, 1, row, 0, row.length);
        }
        return out;
    }

    /** A PNG file whose metadata holds the recipe as JSON. */
    public byte[] toPng() {
        return PngWriter.encode(image, recipe.metadata());
    }
}
