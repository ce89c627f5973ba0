package io.github.x2i4j.model.media;

import io.github.x2i4j.model.media.ImageOptions.Transparency;
import io.github.x2i4j.model.media.webp.WebpPicture;
import java.util.zip.DataFormatException;

/** Decodes WebP pictures. */
final class WebpReader {
    private WebpReader() {
    }

    static RgbImage read(byte[] bytes, ImageOptions options) throws CorruptImageException {
        try {
            WebpPicture picture = WebpPicture.open(bytes);
            // a byte may stand for any number of pixels of one colour
            ImageDecoder.checkSize(picture.width(), picture.height(), options);
            byte[] rgba = picture.rgba();
            boolean onWhite = picture.hasAlpha() && options.transparency() == Transparency.ON_WHITE;
            byte[] rgb = new byte[rgba.length / 4 * 3];
            for (int from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
                System.arraycopy(rgba, from, rgb, to, 3);
                if (onWhite) {
                    PngReader.onWhite(rgb, to, rgba[from + 3] & 0xFF);
                }
            }
            return new RgbImage(picture.width(), picture.height(), rgb);
        } catch (DataFormatException e) {
            throw new CorruptImageException(e.getMessage(), e);
        } catch (ArithmeticException e) {
            throw new CorruptImageException("has too many pixels for a WebP picture; scale it down first", e);
        }
    }
}
