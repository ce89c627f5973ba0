package io.github.x2i4j.model.media;

/**
 * How pictures are read.
 *
 * @param maxPixels pictures with more are refused before anything is decoded
 * @param transparency what becomes of an alpha channel
 */
public record ImageOptions(long maxPixels, Transparency transparency) {
    /** 100 megapixels, transparency dropped. */
    public static final ImageOptions DEFAULT = new ImageOptions(100_000_000, Transparency.DROPPED);

    public ImageOptions {
        if (maxPixels < 1) {
            throw new IllegalArgumentException("at most " + maxPixels + " pixels");
        }
    }

    /** What becomes of the alpha channel of an RGBA picture. 8-bit greys and palettes always lose it. */
    public enum Transparency {
        /** The stored colour is kept, as by Pillow's {@code convert('RGB')}. */
        DROPPED,
        /** The picture is laid on white, as by qwen_vl_utils' {@code fetch_image}. */
        ON_WHITE
    }

    public ImageOptions with(Transparency other) {
        return new ImageOptions(maxPixels, other);
    }
}
