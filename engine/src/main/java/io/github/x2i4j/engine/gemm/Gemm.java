package io.github.x2i4j.engine.gemm;

import static io.github.x2i4j.engine.kernel.TileKernel.DEPTH;
import static io.github.x2i4j.engine.kernel.TileKernel.ROWS;

import io.github.x2i4j.engine.context.CpuContext;
import io.github.x2i4j.engine.kernel.TileKernel;
import java.util.function.Supplier;

/**
 * The matrix product {@code C [M, N] = A [M, K] B [K, N]} after the pattern of BLIS (Van Zee and van de Geijn, 2015): packers bring
 * both operands into panels, a small tile product works on panels, and this driver blocks for the caches and shares blocks of C
 * among the threads.
 *
 * <pre>
 * for each chunk of columns whose panels of B fit {@link #PANEL_BYTES}           shared by all threads, third-level cache
 *   pack B[all k, chunk]                                                          one panel a task
 *   for each block of C in the chunk: rows x columns                              one block a task
 *     for each slice of DEPTH k                                              slice of B in the second-level cache
 *       for each six rows: pack A[six rows, slice]                                first-level cache
 *         for each panel: tile product, added to the block
 *     sink(block)                                                                 bias, activation, residual, store
 * </pre>
 *
 * A is the operand that is stored row by row with k running fastest (weights): its panels are plain copies of pieces of rows,
 * widened where the format needs it, so weights are never rearranged. Every element of C is summed over slices of k in order, by
 * one thread, whatever the blocking; so the result does not depend on the number of threads or on the kernel.
 */
public final class Gemm {
    /** Bound of the packed columns. */
    static final long PANEL_BYTES = 16L << 20;
    /** Columns of a block; its slice of B takes 256 KB. */
    static final int BLOCK_COLUMNS = 256;
    /** Distance of the rows of a block; a little more than its columns, so that rows fall into different cache sets. */
    static final int BLOCK_STRIDE = BLOCK_COLUMNS + 16;
    /** Rows of a block, at most; the block takes about 100 KB. */
    static final int BLOCK_ROWS = 16 * ROWS;
    /** Blocks for each thread that keep the threads evenly busy. */
    private static final int BLOCKS_PER_THREAD = 4;

    private Gemm() {
    }

    /**
     * @param a makes a packer of A for one task
     * @param b packs columns of B
     * @param sink takes the blocks of C
     */
    public static void multiply(CpuContext cpu, long m, long n, int k, Supplier<RowPacker> a, PanelPacker b, BlockSink sink) {
        int width = cpu.tiles().columns();
        long chunk = chunkColumns(n, k, width);
        for (long column = 0; column < n; column += chunk) {
            multiplyChunk(cpu, m, column, Math.toIntExact(Math.min(chunk, n - column)), k, a, b, sink);
        }
    }

    /** Columns of a chunk: whole blocks, of nearly equal number in all chunks. */
    private static long chunkColumns(long n, int k, int width) {
        long most = Math.max(1, PANEL_BYTES / Float.BYTES / Math.max(1, k) / BLOCK_COLUMNS) * BLOCK_COLUMNS;
        if (n <= most) {
            return Math.ceilDiv(n, width) * width;
        }
        return Math.ceilDiv(Math.ceilDiv(n, Math.ceilDiv(n, most)), BLOCK_COLUMNS) * BLOCK_COLUMNS;
    }

    private static void multiplyChunk(CpuContext cpu, long m, long column, int columns, int k, Supplier<RowPacker> a, PanelPacker b,
            BlockSink sink) {
        int width = cpu.tiles().columns();
        int panels = Math.ceilDiv(columns, width);
        float[] packed = cpu.floats().take((long) panels * width * k);
        cpu.workers().parallelFor(panels, p -> {
            int j = p * width;
            b.pack(column + j, Math.min(width, columns - j), packed, j * k, width);
        });

        int columnBlocks = Math.ceilDiv(columns, BLOCK_COLUMNS);
        int blockColumns = Math.ceilDiv(Math.ceilDiv(columns, columnBlocks), width) * width;
        int blockRows = blockRows(m, columnBlocks, cpu.workers().threads());
        int rowBlocks = Math.toIntExact(Math.ceilDiv(m, blockRows));
        cpu.workers().parallelFor(Math.multiplyExact(rowBlocks, columnBlocks), task -> {
            long row = (long) (task % rowBlocks) * blockRows;
            int rows = (int) Math.min(blockRows, m - row);
            int j = task / rowBlocks * blockColumns;
            int inBlock = Math.min(blockColumns, columns - j);
            float[] c = cpu.floats().take((long) BLOCK_ROWS * BLOCK_STRIDE);
            multiplyBlock(cpu, a.get(), row, rows, packed, j, inBlock, k, c);
            sink.accept(c, BLOCK_STRIDE, row, rows, column + j, inBlock);
            cpu.floats().give(c);
        });
        cpu.floats().give(packed);
    }

    /** Rows of a block: fewer than {@link #BLOCK_ROWS} where there would not be enough blocks for all threads. */
    private static int blockRows(long m, int columnBlocks, int threads) {
        long blocks = Math.ceilDiv((long) threads * BLOCKS_PER_THREAD, columnBlocks);
        long rows = Math.ceilDiv(Math.ceilDiv(m, threads == 1 ? 1 : blocks), ROWS) * ROWS;
        return Math.clamp(rows, ROWS, BLOCK_ROWS);
    }

    private static void multiplyBlock(CpuContext cpu, RowPacker a, long row, int rows, float[] packed, int column, int columns, int k,
            float[] c) {
        float[] panel = cpu.floats().take((long) ROWS * DEPTH);
        for (int slice = 0; slice < k; slice += DEPTH) {
            TileKernel kernel = cpu.tiles();
            int width = kernel.columns();
            int depth = Math.min(DEPTH, k - slice);
            for (int i = 0; i < rows; i += ROWS) {
                for (int r = 0; r < ROWS; r++) {
                    if (i + r < rows) {
                        a.pack(row + i + r, slice, depth, panel, r * DEPTH);
                    }
                }
                for (int j = 0; j < columns; j += width) {
                    kernel.multiply(depth, panel, 0, packed, (column + j) * k + slice * width, c, i * BLOCK_STRIDE + j, BLOCK_STRIDE,
                            slice > 0);
                }
            }
        }
        cpu.floats().give(panel);
    }
}
