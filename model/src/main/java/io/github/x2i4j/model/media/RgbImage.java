package io.github.x2i4j.model.media;

/**
 * An 8-bit picture.
 *
 * @param width pixels a row, at least 1
 * @param height rows, at least 1
 * @param rgb red, green and blue of each pixel, rows from the top; not copied, so it must not be changed any more
 */
public record RgbImage(int width, int height, byte[] rgb) {
    public RgbImage {
        if (width < 1 || height < 1 || rgb.length != 3L * width * height) {
            throw new IllegalArgumentException(rgb.length + " bytes for " + width + " x " + height + " pixels");
        }
    }
}
