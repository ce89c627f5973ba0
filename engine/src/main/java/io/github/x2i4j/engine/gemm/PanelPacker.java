package io.github.x2i4j.engine.gemm;

/** Brings columns of the right-hand operand of a product into panels. Safe for several threads. */
public interface PanelPacker {
    /**
     * Writes {@code to[at + k * width + j] = b[k][column + j]} for all k and j from 0 to {@code columns}, and zeros for j from there
     * to {@code width}.
     */
    void pack(long column, int columns, float[] to, int at, int width);
}
