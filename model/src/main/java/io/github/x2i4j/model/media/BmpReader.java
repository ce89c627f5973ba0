package io.github.x2i4j.model.media;

import io.github.x2i4j.model.media.ImageOptions.Transparency;
import java.awt.image.BufferedImage;
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
            boolean onWhite = image.getColorModel().hasAlpha() && options.transparency() == Transparency.ON_WHITE;
            byte[] rgb = new byte[3 * image.getWidth() * image.getHeight()];
            int[] row = new int[image.getWidth()];
            int to = 0;
            for (int y = 0; y < image.getHeight(); y++) {
                image.getRGB(0, y, row.length, 1, row, 0, row.length);
                for (int argb : row) {
                    rgb[to] = (byte) (argb >> 16);
                    rgb[to + 1] = (byte) (argb >> 8);
                    rgb[to + 2] = (byte) argb;
                    if (onWhite) {
                        PngReader.onWhite(rgb, to, argb >>> 24);
                    }
                    to += 3;
                }
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
}
