package io.github.x2i4j.engine.gemm;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.context.CpuContext;
import io.github.x2i4j.engine.kernel.BlockKernel;
import io.github.x2i4j.engine.kernel.TileKernel;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Supplier;

/**
 * The matrix product {@code C [M, N] = A [M, K] B [K, N]} after the pattern of BLIS (Van Zee and van de Geijn, 2015): packers bring
 * both operands into panels, a {@link BlockKernel} multiplies panels, and this driver blocks for the caches and shares blocks of C
 * among the threads.
 *
 * <pre>
 * for each chunk of columns whose panels of B fit {@link #chunkColumns}          shared by all threads, third-level cache
 *   pack B[all k, chunk]                                                          one panel a task
 *   for each block of C in the chunk: rows x columns                              one block a task
 *     for each slice of k
 *       pack A[rows, slice]                                                       second-level cache
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
    /** Words of packed columns: half of a common third-level cache. Little is lost where that is smaller, as panels are brought near ahead. */
    private static final long PANEL_WORDS = 4L << 20;
    /** Bound of them where k is so long that fewer than {@link #FEW_COLUMNS} would fit: rows of A are then packed less often. */
    private static final long MOST_PANEL_WORDS = 2 * PANEL_WORDS;
    private static final int FEW_COLUMNS = 768;
    /** Columns of a block, at most: a row of A, once packed, is used for so many. */
    private static final int BLOCK_COLUMNS = 1152;
    /** Distance of the rows of a block; a little more than its columns, so that rows fall into different cache sets. */
    private static final int BLOCK_STRIDE = BLOCK_COLUMNS + 16;
    /** Rows of a block, at most: the sink handles strips of so many. */
    private static final int BLOCK_ROWS = 256;
    /** Part of the second-level cache that a block may fill, with its rows of A; panels of B stream through the rest. */
    private static final double BLOCK_SHARE = 0.8;
    /** Where threads are many, blocks become narrower rather than lower than so many tiles, but not narrower than so many panels. */
    private static final int FEW_UNITS = 8;
    private static final int FEW_PANELS = 4;
    /** Columns that the sink gets at once. */
    private static final int STRIP = 64;
    private static final int STRIP_STRIDE = STRIP + 16;

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
        int width = kernel.columns();
        long panel = Math.max(1, (long) kernel.words(k) * width);
        long few = Math.min(MOST_PANEL_WORDS / panel, FEW_COLUMNS / width);
        return Math.max(1, Math.max(PANEL_WORDS / panel, few)) * width;
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
        int threads = cpu.workers().threads();
        int units = Math.toIntExact(Math.ceilDiv(m, kernel.rows()));
        int narrow = Math.min(panels / FEW_PANELS, Math.ceilDiv(Cut.SHARES * threads * FEW_UNITS, Math.max(1, units)));
        int blockPanels = Math.ceilDiv(panels, Math.max(Math.ceilDiv(columns, BLOCK_COLUMNS), narrow));
        List<Cut> cuts = Cut.all(units, Math.ceilDiv(panels, blockPanels), mostUnits(blockPanels), threads);
        cpu.workers().parallelFor(cuts.size(), task -> {
            Cut cut = cuts.get(task);
            long row = (long) cut.unit() * kernel.rows();
            int rows = (int) Math.min((long) cut.units() * kernel.rows(), m - row);
            int first = cut.column() * blockPanels;
            multiplyBlock(row, rows, packed, first, Math.min(blockPanels, panels - first), column, columns);
        });
    }

    /** The most tiles that a block is high: its sums and rows of A stay in the second-level cache. */
    private int mostUnits(int panels) {
        long rowBytes = (long) (panels * kernel.columns() + TileKernel.DEPTH) * Float.BYTES;
        long rows = Math.min((long) (cpu.caches().second() * BLOCK_SHARE) / rowBytes, BLOCK_ROWS);
        return (int) Math.max(1, rows / kernel.rows());
    }

    private void multiplyBlock(long row, int rows, P packed, int first, int panels, long column, int columns) {
        int tiles = Math.ceilDiv(rows, kernel.rows());
        P left = kernel.take(cpu.panels(), cpu.floats(), (long) tiles * kernel.rows() * TileKernel.DEPTH);
        P c = kernel.take(cpu.panels(), cpu.floats(), (long) tiles * kernel.rows() * BLOCK_STRIDE);
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
            int n = Math.min(kernel.depth(), k - slice);
            kernel.packRows(new Slices(packer, row, slice), rows, n, cpu.floats(), left, 0);
            kernel.multiply(n, left, 0, tiles, packed, at + (long) kernel.words(slice) * kernel.columns(), panel, panels, c, BLOCK_STRIDE,
                    slice > 0, ahead(packer, row, rows, slice + n));
        }
    }

    /** Where the next slice of A lies. */
    private BlockKernel.Ahead ahead(RowPacker packer, long row, int rows, int slice) {
        long address = packer.address(row, slice);
        if (slice >= k || address == 0) {
            return BlockKernel.Ahead.NOTHING;
        }
        return new BlockKernel.Ahead(address, packer.address(row + 1, slice) - address, rows);
    }

    /** Rows of A from {@code row} on, and of each the elements from {@code first} on. */
    private record Slices(RowPacker packer, long row, long first) implements BlockKernel.Rows {
        @Override
        public void pack(int i, int k, int n, float[] to, int at) {
            packer.pack(row + i, first + k, n, to, at);
        }

        @Override
        public boolean copy(int i, int k, int n, DType dtype, MemorySegment to, long at) {
            return packer.copy(row + i, 1, first + k, n, dtype, to, at, 0);
        }

        @Override
        public boolean copyRows(int rows, int k, int n, DType dtype, MemorySegment to, long at, long stride) {
            return packer.copy(row, rows, first + k, n, dtype, to, at, stride);
        }
    }

    /** Hands the block on in strips, which stay in the nearer caches. */
    private void finish(P c, long row, int rows, long column, int columns) {
        float[] strip = cpu.floats().take((long) rows * STRIP_STRIDE);
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
