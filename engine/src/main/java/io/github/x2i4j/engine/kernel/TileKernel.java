package io.github.x2i4j.engine.kernel;

/**
 * The product of two small panels, which all matrix work is made of.
 *
 * <p><b>Every implementation gives the same bits:</b> each element is summed from zero over k in order, with one rounding for each
 * multiply-add. So a kernel may be exchanged for another one with as many columns at any moment, and results do not depend on the
 * width of vectors.
 *
 * <p>Panels are Java arrays. Measured against native memory, loops over arrays compile in half the time, run several times faster
 * in the interpreter and the first compiler, and reach a higher rate with vectors of 256 bits; code outside Java can still be
 * given them without a copy.
 */
public interface TileKernel {
    /** Rows of a tile. */
    int ROWS = 6;

    /** Longest inner dimension, and distance between the rows of the left operand. */
    int DEPTH = 256;

    /** Columns of a tile; rows of a right-hand panel have this length. */
    int columns();

    /**
     * {@code c[i][j] (+)= sum_k a[i][k] b[k][j]} for i below {@link #ROWS} and j below {@link #columns()}.
     *
     * @param depth number of k, at most {@link #DEPTH}
     * @param a rows {@link #DEPTH} apart, the first at {@code aAt}
     * @param b rows {@link #columns()} apart, the first at {@code bAt}
     * @param c rows {@code stride} apart, the first at {@code cAt}
     * @param add whether to add to c or to overwrite it
     */
    void multiply(int depth, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int stride, boolean add);
}
