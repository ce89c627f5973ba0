package io.github.x2i4j.model.media;

import io.github.x2i4j.model.media.ImageOptions.Transparency;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import javax.imageio.ImageReader;

/** Decodes BMP pictures with the JDK's reader. */
final class BmpReader {
    private static final int BIT_FIELDS = 3;
    private static final int ALPHA_BIT_FIELDS = 6;

    private BmpReader() {
    }

    static RgbImage read(byte[] bytes, ImageOptions options) throws CorruptImageException, UnsupportedImageException {
        if (bytes.length < 34) {
            throw new CorruptImageException("is truncated at byte " + bytes.length);
        }
        int compression = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(30);
        boolean old = bytes[14] == 12; // the OS/2 header has no compression
        if (!old && (compression < 0 || compression > BIT_FIELDS && compression != ALPHA_BIT_FIELDS)) {
            throw new UnsupportedImageException("is a BMP of compression " + compression + ", which is not read; convert it to PNG");
        }
        ImageReader reader = JdkImages.reader("bmp", bytes);
        try {
            ImageDecoder.checkSize(reader.getWidth(0), reader.getHeight(0), bytes, options);
            BufferedImage image = reader.read(0);
            byte[] rgb = new byte[3 * image.getWidth() * image.getHeight()];
            int[] line = new int[image.getWidth() * image.getRaster().getNumBands()];
            for (int y = 0; y < image.getHeight(); y++) {
                image.getRaster().getPixels(0, y, image.getWidth(), 1, line);
                row(image, line, rgb, y * 3 * image.getWidth(), options);
            }
            return new RgbImage(image.getWidth(), image.getHeight(), rgb);
        } catch (CorruptImageException e) {
            throw e;
        } catch (IOException | RuntimeException e) { // the JDK's readers meet broken files with both
            throw new CorruptImageException("is corrupt or truncated: " + JdkImages.reason(e), e);
        } finally {
            reader.dispose();
        }
    }

    /** Converts the samples of one row, whose colour model the JDK would convert with other roundings. */
    private static void row(BufferedImage image, int[] line, byte[] rgb, int to, ImageOptions options) {
        int bands = image.getRaster().getNumBands();
        int[] most = image.getRaster().getSampleModel().getSampleSize();
        for (int x = 0; x < image.getWidth(); x++) {
            int at = to + 3 * x;
            if (image.getColorModel() instanceof IndexColorModel palette) {
                int index = line[x];
                int colour = index < palette.getMapSize() ? palette.getRGB(index) : 0;
                rgb[at] = (byte) (colour >> 16);
                rgb[at + 1] = (byte) (colour >> 8);
                rgb[at + 2] = (byte) colour;
                continue;
            }
            for (int c = 0; c < 3; c++) {
                int band = bands < 3 ? 0 : c;
                rgb[at + c] = (byte) (line[x * bands + band] * 255 / ((1 << most[band]) - 1));
            }
            if (bands == 4 && options.transparency() == Transparency.ON_WHITE) {
                PngReader.onWhite(rgb, at, line[x * bands + 3]);
            }
        }
    }
}
