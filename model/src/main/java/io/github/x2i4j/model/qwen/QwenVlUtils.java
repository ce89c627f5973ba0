package io.github.x2i4j.model.qwen;

import io.github.x2i4j.model.media.PilResize;
import io.github.x2i4j.model.media.RgbImage;

/**
 * The resizing that the helper package qwen-vl-utils 0.0.10 does before the processor sees a picture: the entry path of ComfyUI and
 * of conversations.
 */
public final class QwenVlUtils {
    /** Least area of a picture, in pixels. */
    public static final long MIN_PIXELS = 4 * 28 * 28;
    /** Largest area where nothing smaller is asked for. */
    public static final long MAX_PIXELS = 16384 * 28 * 28;

    private QwenVlUtils() {
    }

    /**
     * {@code fetch_image}. Transparent pictures are to be laid on white before.
     *
     * @param factor sides become multiples of so many pixels
     * @throws io.github.x2i4j.engine.InvalidInputException if the picture is too narrow
     */
    public static RgbImage fetchImage(RgbImage image, int factor, long maxPixels) {
        SmartResize.Size size = SmartResize.utils(image.height(), image.width(), factor, MIN_PIXELS, maxPixels);
        return PilResize.resize(image, size.width(), size.height(), PilResize.Filter.BICUBIC);
    }
}
