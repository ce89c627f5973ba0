package io.github.x2i4j.engine.gemm;

/**
 * Brings columns of the right-hand operand of a product into panels as a {@link io.github.x2i4j.engine.kernel.BlockKernel} has them.
 * Safe for several threads.
 *
 * @param <P> memory that the kernel keeps panels in
 */
public interface PanelSource<P> {
    /** Packs all k of {@code columns} columns, at most those of a panel, to the words from {@code at} on. What other columns hold does not matter. */
    void pack(long column, int columns, P to, long at);
}
