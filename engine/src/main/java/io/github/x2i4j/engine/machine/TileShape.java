package io.github.x2i4j.engine.machine;

/**
 * Size of the tile that one pass over k computes, in the units that all panels are made of: words of four bytes, each an F32 or a
 * pair of BF16 whose products are added.
 *
 * @param rows rows of a tile
 * @param columns columns of a tile, words of a row of a right-hand panel
 * @param unit the number of words of a slice is a multiple of this
 */
record TileShape(int rows, int columns, int unit) {
    /** Words between the rows of a left-hand panel: the longest slice. */
    static final int DEPTH = 256;

    /** Bytes of a word. */
    static final int WORD = 4;
}
