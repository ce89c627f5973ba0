package io.github.x2i4j.model.prompt;

/**
 * Slices of a picture that are read beside the whole.
 *
 * @param columns slices of a row; 0 for a picture that is read whole only
 * @param rows rows of them
 */
public record Slices(int columns, int rows) {
    /** The picture is read whole only. */
    public static final Slices NONE = new Slices(0, 0);

    public int count() {
        return columns * rows;
    }
}
