package io.github.x2i4j.model.minicpm;

/**
 * How many patches a picture has.
 *
 * @param rows patches from top to bottom
 * @param columns patches from left to right
 */
public record PatchGrid(int rows, int columns) {
    public PatchGrid {
        if (rows < 1 || columns < 1) {
            throw new IllegalArgumentException(rows + " x " + columns + " patches");
        }
    }

    public int patches() {
        return Math.multiplyExact(rows, columns);
    }
}
