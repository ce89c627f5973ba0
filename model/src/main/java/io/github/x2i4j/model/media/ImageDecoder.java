package io.github.x2i4j.model.media;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.model.media.webp.WebpPicture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Reads PNG, JPEG, WebP, GIF (of animations the first frame) and BMP pictures into RGB with the pixel values of Pillow's {@code convert('RGB')}:
 * orientation tags and colour profiles are ignored, 16-bit greys are clipped to 255, other 16-bit samples lose their low byte.
 * What a file is, is told from its content, not from its name.
 */
public final class ImageDecoder {
    /** Longest side of a picture: bounds the filter weights of a resize. */
    static final int MAX_SIDE = 1 << 17;

    /** No format packs more pixels into a byte (a bilevel PNG of one colour: 8 * 1032). */
    private static final long MOST_PIXELS_PER_BYTE = 10_000;

    private ImageDecoder() {
    }

    /** {@link #decode(Path, ImageOptions)} with the default options. */
    public static RgbImage decode(Path file) {
        return decode(file, ImageOptions.DEFAULT);
    }

    /**
     * Reads a picture from a file.
     *
     * @throws InvalidInputException if the file cannot be read, is no picture, is corrupt or truncated, or has too many pixels
     * @throws UnsupportedFeatureException if it is a picture of a format that is not read
     */
    public static RgbImage decode(Path file, ImageOptions options) {
        if (Files.isDirectory(file)) {
            throw new InvalidInputException(file + " is a folder; name a picture (PNG, JPEG, WebP, GIF or BMP)");
        }
        byte[] bytes;
        try {
            if (Files.size(file) > Integer.MAX_VALUE - 8) {
                throw new InvalidInputException(file + " is too large for a picture (" + Files.size(file) + " bytes)");
            }
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new InvalidInputException(file + " does not exist; name a picture (PNG, JPEG, WebP, GIF or BMP)", e);
        } catch (IOException e) {
            throw new InvalidInputException(file + " cannot be read: " + e.getMessage(), e);
        }
        return decode(bytes, file.toString(), options);
    }

    /**
     * Reads a picture from memory.
     *
     * @param name what errors call it
     * @throws InvalidInputException if it is no picture, is corrupt or truncated, or has too many pixels
     * @throws UnsupportedFeatureException if it is a picture of a format that is not read
     */
    public static RgbImage decode(byte[] bytes, String name, ImageOptions options) {
        try {
            if (PngChunks.isPng(bytes)) {
                return new PngReader(bytes, options).read();
            }
            if (startsWith(bytes, 0, "\u00FF\u00D8\u00FF")) {
                return JpegReader.read(bytes, options);
            }
            if (startsWith(bytes, 0, "GIF87a") || startsWith(bytes, 0, "GIF89a")) {
                return GifReader.read(bytes, options);
            }
            if (WebpPicture.isWebp(bytes)) {
                return WebpReader.read(bytes, options);
            }
            if (startsWith(bytes, 0, "BM")) {
                return BmpReader.read(bytes, options);
            }
        } catch (CorruptImageException e) {
            throw new InvalidInputException(name + " " + e.getMessage(), e);
        } catch (UnsupportedImageException e) {
            throw new UnsupportedFeatureException(name + " " + e.getMessage());
        }
        String other = otherFormat(bytes);
        if (other != null) {
            throw new UnsupportedFeatureException(name + " is a " + other + " file, which is not read; convert it to PNG or JPEG");
        }
        throw new InvalidInputException(name + (bytes.length == 0 ? " is empty" : " is no picture") + "; PNG, JPEG, WebP, GIF and BMP are read");
    }

    /** Refuses sizes that are no picture's, exceed the cap, or cannot lie in a file this short. */
    static void checkSize(long width, long height, byte[] bytes, ImageOptions options) throws CorruptImageException {
        checkSize(width, height, options);
        if (width * height / MOST_PIXELS_PER_BYTE > bytes.length) {
            throw new CorruptImageException("is truncated: " + bytes.length + " bytes for " + width + " x " + height + " pixels");
        }
    }

    /** Refuses sizes that are no picture's or exceed the cap. */
    static void checkSize(long width, long height, ImageOptions options) throws CorruptImageException {
        if (width < 1 || height < 1) {
            throw new CorruptImageException("has a size of " + width + " x " + height + " pixels");
        }
        if (width > MAX_SIDE || height > MAX_SIDE || width * height > options.maxPixels()
                || 3 * width * height > Integer.MAX_VALUE - 8) {
            throw new CorruptImageException("has " + width + " x " + height + " pixels, which exceeds the limit of "
                    + Math.min(options.maxPixels(), (Integer.MAX_VALUE - 8) / 3) + " pixels and " + MAX_SIDE
                    + " a side; scale it down first");
        }
    }

    private static String otherFormat(byte[] bytes) {
        if (startsWith(bytes, 0, "II*\0") || startsWith(bytes, 0, "MM\0*")) {
            return "TIFF";
        }
        if (startsWith(bytes, 4, "ftypavif") || startsWith(bytes, 4, "ftypheic") || startsWith(bytes, 4, "ftypmif1")) {
            return "HEIF or AVIF";
        }
        if (startsWith(bytes, 4, "jP  \r\n") || startsWith(bytes, 0, "\u00FF\u004F\u00FF\u0051")) {
            return "JPEG 2000";
        }
        return startsWith(bytes, 0, "\u00FF\n") || startsWith(bytes, 4, "JXL \r\n") ? "JPEG XL" : null;
    }

    private static boolean startsWith(byte[] bytes, int from, String magic) {
        byte[] m = magic.getBytes(StandardCharsets.ISO_8859_1);
        return bytes.length >= from + m.length && Arrays.equals(bytes, from, from + m.length, m, 0, m.length);
    }
}
