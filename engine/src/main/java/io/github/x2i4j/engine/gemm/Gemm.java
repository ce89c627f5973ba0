package io.github.x2i4j.engine.gemm;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.context.CpuContext;
import io.github.x2i4j.engine.kernel.BlockKernel;
import io.github.x2i4j.engine.kernel.TileKernel;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/**
 * The matrix product {@code C [M, N] = A [M, K] B [K, N]} after the pattern of BLIS (Van Zee and van de Geijn, 2015): packers bring
 * both operands into panels, a {@link BlockKernel} multiplies panels, and this driver blocks for the caches and shares blocks of C
 * among the threads.
 *
 * <pre>
 * for each chunk of columns whose panels of B fit {@link #PANEL_WORDS}           shared by all threads, third-level cache
 *   pack B[all k, chunk]                                                          one panel a task
 *   for each block of C in the chunk: rows x columns                              one block a task
 *     for each slice of k
 *       pack A[rows, slice], some slices ahead                                    second-level cache
 *       block product, added to the block:
 *         for each panel of B: for each tile of A                                 panel, or tile, in the first-level cache
 *     sink(strips of the block)                                                   bias, activation, residual, store
 * </pre>
 *
 * A is the operand that is stored row by row with k running fastest (weights): its panels are plain copies of pieces of rows,
 * widened where the format needs it, so weights are never rearranged. Every element of C is summed over slices of k in order, by
 * one thread, whatever the blocking; so the result does not depend on the number of threads or, for F32, on the kernel.
 *
 * @param <P> memory that the kernel keeps panels in
 */
public final class Gemm<P> {
    /** Bound of the packed columns. */
    static final long PANEL_WORDS = 4L << 20;
    /** Columns of a block, at most: a row of A, once packed, is used for so many. */
    static final int BLOCK_COLUMNS = 1024;
    /** Distance of the rows of a block; a little more than its columns, so that rows fall into different cache sets. */
    static final int BLOCK_STRIDE = BLOCK_COLUMNS + 16;
    /** Rows of a block, at most. A multiple of the rows of every kernel. */
    static final int BLOCK_ROWS = 96;
    /** Slices of A that are packed at once: pieces of rows that are read from memory are then longer. */
    private static final int SLICES = 2;
    private static final int SLICE_WORDS = BLOCK_ROWS * TileKernel.DEPTH;
    /** Columns that the sink gets at once. */
    private static final int STRIP = 64;
    private static final int STRIP_STRIDE = STRIP + 16;
    /** Blocks for each thread that keep the threads evenly busy. */
    private static final int BLOCKS_PER_THREAD = 4;

    private final CpuContext cpu;
    private final BlockKernel<P> kernel;
    private final long m;
    private final int k;
    private final Supplier<RowPacker> a;
    private final PanelSource<P> b;
    private final BlockSink sink;
    /** Words of a packed panel. */
    private final long panel;

    private Gemm(CpuContext cpu, BlockKernel<P> kernel, long m, int k, Supplier<RowPacker> a, PanelSource<P> b, BlockSink sink) {
        this.cpu = cpu;
        this.kernel = kernel;
        this.m = m;
        this.k = k;
        this.a = a;
        this.b = b;
        this.sink = sink;
        panel = (long) kernel.words(k) * kernel.columns();
    }

    /**
     * @param a makes a packer of A for one task
     * @param b packs columns of B
     * @param sink takes the blocks of C
     */
    public static void multiply(CpuContext cpu, long m, long n, int k, Supplier<RowPacker> a, PanelPacker b, BlockSink sink) {
        multiply(cpu, cpu.blocks(), m, n, k, a, b, sink);
    }

    private static <P> void multiply(CpuContext cpu, BlockKernel<P> kernel, long m, long n, int k, Supplier<RowPacker> a, PanelPacker b,
            BlockSink sink) {
        int width = kernel.columns();
        multiply(cpu, kernel, m, n, k, a, (column, columns, packed, word) -> kernel.packColumns(
                (to, at) -> b.pack(column, columns, to, at, width), k, cpu.floats(), packed, word), sink);
    }

    /**
     * As {@link #multiply(CpuContext, long, long, int, Supplier, PanelPacker, BlockSink)}, with a given kernel.
     *
     * @param b packs columns of B as that kernel has them
     */
    public static <P> void multiply(CpuContext cpu, BlockKernel<P> kernel, long m, long n, int k, Supplier<RowPacker> a, PanelSource<P> b,
            BlockSink sink) {
        new Gemm<>(cpu, kernel, m, k, a, b, sink).multiply(n);
    }

    /** Columns whose panels are packed at a time, at most. */
    public static long mostColumns(BlockKernel<?> kernel, int k) {
        long panel = (long) kernel.words(k) * kernel.columns();
        return Math.max(1, PANEL_WORDS / Math.max(1, panel)) * kernel.columns();
    }

    private void multiply(long n) {
        long chunk = chunkColumns(n);
        for (long column = 0; column < n; column += chunk) {
            multiplyChunk(column, Math.toIntExact(Math.min(chunk, n - column)));
        }
    }

    /** Columns of a chunk: of nearly equal number in all chunks. */
    private long chunkColumns(long n) {
        int width = kernel.columns();
        long chunks = Math.ceilDiv(n, mostColumns(kernel, k));
        return Math.ceilDiv(Math.ceilDiv(n, chunks), width) * width;
    }

    private void multiplyChunk(long column, int columns) {
        int width = kernel.columns();
        int panels = Math.ceilDiv(columns, width);
        P packed = kernel.take(cpu.panels(), cpu.floats(), panels * panel);
        try {
            cpu.workers().parallelFor(panels, p -> {
                int j = p * width;
                b.pack(column + j, Math.min(width, columns - j), packed, p * panel);
            });
            multiplyBlocks(packed, panels, column, columns);
        } finally {
            kernel.give(cpu.panels(), cpu.floats(), packed);
        }
    }

    private void multiplyBlocks(P packed, int panels, long column, int columns) {
        int columnBlocks = Math.ceilDiv(columns, BLOCK_COLUMNS);
        int blockPanels = Math.ceilDiv(panels, columnBlocks);
        int blockRows = blockRows(columnBlocks);
        int rowBlocks = Math.toIntExact(Math.ceilDiv(m, blockRows));
        cpu.workers().parallelFor(Math.multiplyExact(rowBlocks, columnBlocks), task -> {
            long row = (long) (task % rowBlocks) * blockRows;
            int rows = (int) Math.min(blockRows, m - row);
            int first = task / rowBlocks * blockPanels;
            int count = Math.min(blockPanels, panels - first);
            if (count > 0) {
                multiplyBlock(row, rows, packed, first, count, column, columns);
            }
        });
    }

    /** Rows of a block: fewer than {@link #BLOCK_ROWS} where there would not be enough blocks for all threads. */
    private int blockRows(int columnBlocks) {
        int threads = cpu.workers().threads();
        long blocks = Math.ceilDiv((long) threads * BLOCKS_PER_THREAD, columnBlocks);
        int unit = kernel.rows();
        long rows = Math.ceilDiv(Math.ceilDiv(m, threads == 1 ? 1 : blocks), unit) * unit;
        return Math.clamp(rows, unit, BLOCK_ROWS);
    }

    private void multiplyBlock(long row, int rows, P packed, int first, int panels, long column, int columns) {
        P left = kernel.take(cpu.panels(), cpu.floats(), (long) SLICES * SLICE_WORDS);
        P c = kernel.take(cpu.panels(), cpu.floats(), (long) BLOCK_ROWS * BLOCK_STRIDE);
        try {
            sumBlock(row, rows, packed, first * panel, panels, left, c);
            int width = kernel.columns();
            finish(c, row, rows, column + (long) first * width, Math.min(panels * width, columns - first * width));
        } finally {
            kernel.give(cpu.panels(), cpu.floats(), left);
            kernel.give(cpu.panels(), cpu.floats(), c);
        }
    }

    /** Computes the block that begins with {@code row} and the panel at {@code at}. */
    private void sumBlock(long row, int rows, P packed, long at, int panels, P left, P c) {
        RowPacker packer = a.get();
        int tiles = Math.ceilDiv(rows, kernel.rows());
        for (int slice = 0; slice < k; slice += kernel.depth()) {
            int n = slice / kernel.depth() % SLICES;
            if (n == 0) {
                int ahead = Math.min(SLICES * kernel.depth(), k - slice);
                kernel.packRows(new Slices(packer, row, slice), rows, ahead, cpu.floats(), left, SLICE_WORDS);
            }
            kernel.multiply(Math.min(kernel.depth(), k - slice), left, n * SLICE_WORDS, tiles, packed,
                    at + (long) kernel.words(slice) * kernel.columns(), panel, panels, c, BLOCK_STRIDE, slice > 0);
        }
    }

    /** Rows of A from {@code row} on, and of each the elements from {@code first} on. */
    private record Slices(RowPacker packer, long row, long first) implements BlockKernel.Rows {
        @Override
        public void pack(int i, int k, int n, float[] to, int at) {
            packer.pack(row + i, first + k, n, to, at);
        }

        @Override
        public boolean copy(int i, int k, int n, DType dtype, MemorySegment to, long at) {
            return packer.copy(row + i, first + k, n, dtype, to, at);
        }
    }

    /** Hands the block on in strips that stay in the first-level cache. */
    private void finish(P c, long row, int rows, long column, int columns) {
        float[] strip = cpu.floats().take((long) BLOCK_ROWS * STRIP_STRIDE);
        for (int j = 0; j < columns; j += STRIP) {
            int n = Math.min(STRIP, columns - j);
            for (int i = 0; i < rows; i++) {
                kernel.read(c, (long) i * BLOCK_STRIDE + j, strip, i * STRIP_STRIDE, n);
            }
            sink.accept(strip, STRIP_STRIDE, row, rows, column + j, n);
        }
        cpu.floats().give(strip);
    }
}
