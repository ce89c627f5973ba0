package io.github.x2i4j.model.qwen;

import io.github.x2i4j.engine.InvalidInputException;

/**
 * The size to which Qwen's preprocessing brings a picture: sides that are multiples of {@code factor}, an area within limits, the
 * aspect ratio kept about.
 */
public final class SmartResize {
    /** Largest ratio of the sides. */
    private static final int MAX_RATIO = 200;

    /** A size in pixels. */
    public record Size(int height, int width) {
        @Override
        public String toString() {
            return width + "x" + height;
        }
    }

    private SmartResize() {
    }

    /**
     * As the image processor of transformers 4.50 does.
     *
     * @throws InvalidInputException if a side is shorter than {@code factor} or the sides differ too much
     */
    public static Size processor(int height, int width, int factor, long minPixels, long maxPixels) {
        if (height < factor || width < factor) {
            throw new InvalidInputException("a picture of " + width + "x" + height + " pixels is too small; both sides need at least "
                    + factor + " (or give an image size to which it is enlarged)");
        }
        return fit(height, width, factor, minPixels, maxPixels, Math.rint((double) height / factor), Math.rint((double) width / factor));
    }

    /**
     * As qwen-vl-utils 0.0.10 does, which takes small pictures too.
     *
     * @throws InvalidInputException if the sides differ too much
     */
    public static Size utils(int height, int width, int factor, long minPixels, long maxPixels) {
        return fit(height, width, factor, minPixels, maxPixels, Math.max(1, Math.rint((double) height / factor)),
                Math.max(1, Math.rint((double) width / factor)));
    }

    private static Size fit(int height, int width, int factor, long minPixels, long maxPixels, double rows, double columns) {
        if (Math.max(height, width) / (double) Math.min(height, width) > MAX_RATIO) {
            throw new InvalidInputException("a picture of " + width + "x" + height + " pixels is too narrow; one side may be at most "
                    + MAX_RATIO + " times the other");
        }
        double area = rows * factor * columns * factor;
        if (area > maxPixels) {
            double beta = Math.sqrt((double) height * width / maxPixels);
            rows = Math.floor(height / beta / factor);
            columns = Math.floor(width / beta / factor);
        } else if (area < minPixels) {
            double beta = Math.sqrt(minPixels / ((double) height * width));
            rows = Math.ceil(height * beta / factor);
            columns = Math.ceil(width * beta / factor);
        }
        if (rows < 1 || columns < 1) {
            throw new InvalidInputException("a picture of " + width + "x" + height + " pixels is too narrow to be shrunk to " + maxPixels
                    + " pixels in steps of " + factor + "; crop it or allow more pixels");
        }
        return new Size(Math.toIntExact((long) rows * factor), Math.toIntExact((long) columns * factor));
    }
}
