package io.github.x2i4j.engine.gemm;

/** Takes a finished block of a product while it is in the cache. Called by several threads, each time for another block. */
public interface BlockSink {
    /**
     * @param c element (i, j) of the block is {@code c[i * stride + j]}; may be overwritten
     * @param row row of the product that the block begins with
     * @param rows rows of the block
     * @param column column of the product that the block begins with
     * @param columns columns of the block
     */
    void accept(float[] c, int stride, long row, int rows, long column, int columns);
}
