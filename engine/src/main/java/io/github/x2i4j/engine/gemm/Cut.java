package io.github.x2i4j.engine.gemm;

import java.util.ArrayList;
import java.util.List;

/**
 * A block of a product.
 *
 * @param column number of the block of columns
 * @param unit tile that the rows begin with
 * @param units tiles
 */
record Cut(int column, int unit, int units) {
    /** A block is at most this part of what each thread still has to do: one in so many. */
    static final int SHARES = 2;

    /**
     * Cuts a product into blocks: of full height first, then ever lower ones, so that no thread has much left to do when another finds
     * nothing more. One thread needs no lower ones.
     *
     * @param units tiles below one another
     * @param columnBlocks blocks side by side
     * @param most tiles of a block
     */
    static List<Cut> all(int units, int columnBlocks, int most, int threads) {
        List<Cut> cuts = new ArrayList<>();
        for (int column = 0; column < columnBlocks; column++) {
            int height;
            for (int unit = 0; unit < units; unit += height) {
                long left = (long) (columnBlocks - column) * units - unit;
                long share = threads == 1 ? most : Math.ceilDiv(left, (long) SHARES * threads);
                height = (int) Math.min(Math.min(share, most), units - unit);
                cuts.add(new Cut(column, unit, height));
            }
        }
        return cuts;
    }
}
