package io.github.x2i4j.engine.cpu;

import io.github.x2i4j.engine.ConvSpec;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.context.CpuContext;
import io.github.x2i4j.engine.gemm.RowPacker;
import io.github.x2i4j.engine.kernel.BlockKernel;
import io.github.x2i4j.engine.kernel.RunKernels;
import io.github.x2i4j.engine.kernel.TileKernel;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Convolution 3x3 with stride 1 by Winograd's F(2x2, 3x3) (Lavin and Gray, Fast algorithms for convolutional neural networks, 2016):
 *
 * <pre>
 * U = G g GT     for each pair of channels                     16 numbers instead of 9
 * V = BT d B     for each input channel and tile               4x4 pixels that 2x2 of the output depend on
 * M = U V        for each of the 16 numbers a matrix product   of all channels with all tiles
 * y = AT M A     for each output channel and tile
 * </pre>
 *
 * <p>That takes 16 products instead of 36 for 4 pixels. Transforms are sums, so they pay where channels are many. Sums of products
 * are nine times shorter than those of the convolution as it is defined, so rounding does not add up to more.
 *
 * <p>Band by band of tile rows, whose V stays in the third-level cache. A task multiplies and transforms a block of output channels.
 */
final class Winograd<P> {
    private static final int NUMBERS = 16;
    private static final int SIDE = 4;
    /** Bound of V of a band, unless one row of tiles needs more. */
    private static final long BAND_WORDS = 2L << 20;
    /** Output channels of a block, at most. A multiple of the rows of every kernel for F32. */
    private static final int BLOCK_ROWS = 48;
    /** Tiles of a task, at most, unless a row has more. */
    private static final int TASK_TILES = 128;
    /** A little more between rows of M, so that they fall into different cache sets. */
    private static final int STRIDE_PADDING = 16;
    private static final int LEAST_CHANNELS = 128;
    private static final int LEAST_PIXELS = 1024;

    private final CpuContext cpu;
    private final BlockKernel<P> kernel;
    private final Conv2dOp op;
    private final Tensor weight;
    private final ConvSpec spec;
    private final int in;
    private final int out;
    private final int outHeight;
    private final int outWidth;
    /** Tiles of a row of tiles. */
    private final int across;
    private final int tileRows;
    /** Words of a panel of V. */
    private final long panel;
    /** Elements of a row of U, whole slices. */
    private final int padded;
    /** Output channels of a block. */
    private final int blockRows;
    private final int blocks;

    Winograd(CpuContext cpu, BlockKernel<P> kernel, Conv2dOp op, Tensor weight, ConvSpec spec, int outHeight, int outWidth) {
        this.cpu = cpu;
        this.kernel = kernel;
        this.op = op;
        this.weight = weight;
        this.spec = spec;
        this.outHeight = outHeight;
        this.outWidth = outWidth;
        in = Math.toIntExact(weight.dim(1));
        out = Math.toIntExact(weight.dim(0));
        across = Math.ceilDiv(outWidth, 2);
        tileRows = Math.ceilDiv(outHeight, 2);
        panel = (long) kernel.words(in) * kernel.columns();
        padded = Math.ceilDiv(in, kernel.depth()) * kernel.depth();
        blockRows = Math.min(BLOCK_ROWS, Math.ceilDiv(out, kernel.rows()) * kernel.rows());
        blocks = Math.ceilDiv(out, blockRows);
    }

    /** Whether a convolution with stride 1 is better done this way. */
    static boolean pays(Tensor weight, int outHeight, int outWidth) {
        return weight.dim(2) == 3 && weight.dim(3) == 3 && Math.min(weight.dim(0), weight.dim(1)) >= LEAST_CHANNELS
                && (long) outHeight * outWidth >= LEAST_PIXELS;
    }

    void run(long images, ConvBands.Output output) {
        int rows = (int) Math.clamp(BAND_WORDS / ((long) NUMBERS * in * across), 1, tileRows);
        rows = Math.ceilDiv(tileRows, Math.ceilDiv(tileRows, rows));
        long words = Math.ceilDiv(rows * across, kernel.columns()) * panel;
        List<P> u = take(blocks, (long) NUMBERS * padded * blockRows);
        List<P> v = take(NUMBERS, words);
        try {
            cpu.workers().parallelFor(blocks, block -> transformWeights(block, u.get(block)));
            for (long image = 0; image < images; image++) {
                for (int row = 0; row < tileRows; row += rows) {
                    band(image, row, Math.min(rows, tileRows - row), u, v, output);
                }
            }
        } finally {
            give(u);
            give(v);
        }
    }

    private List<P> take(int count, long words) {
        List<P> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(kernel.take(cpu.panels(), cpu.floats(), words));
        }
        return all;
    }

    private void give(List<P> memory) {
        memory.forEach(p -> kernel.give(cpu.panels(), cpu.floats(), p));
    }

    private void band(long image, int row, int rows, List<P> u, List<P> v, ConvBands.Output output) {
        cpu.workers().parallelFor(in, channel -> transformInput(image, channel, row, rows, v));
        // Tasks begin with whole panels.
        int taskRows = across % kernel.columns() == 0 ? Math.clamp(TASK_TILES / across, 1, rows) : rows;
        cpu.workers().parallelFor(blocks * Math.ceilDiv(rows, taskRows), task -> {
            int r = task / blocks * taskRows;
            products(image, task % blocks, row, r, Math.min(taskRows, rows - r), u, v, output);
        });
    }

    /** A block of output channels of {@code count} rows of tiles, the first of which is row {@code r} of the band. */
    private void products(long image, int block, int row, int r, int count, List<P> u, List<P> v, ConvBands.Output output) {
        int first = block * blockRows;
        int channels = Math.min(blockRows, out - first);
        int tiles = Math.ceilDiv(channels, kernel.rows());
        int panels = Math.ceilDiv(count * across, kernel.columns());
        int stride = panels * kernel.columns() + STRIDE_PADDING;
        List<P> m = take(NUMBERS, (long) tiles * kernel.rows() * stride);
        for (int number = 0; number < NUMBERS; number++) {
            for (int slice = 0; slice < in; slice += kernel.depth()) {
                kernel.multiply(Math.min(kernel.depth(), in - slice), u.get(block), (number * padded + slice) * blockRows, tiles, v.get(number),
                        r * across / kernel.columns() * panel + (long) kernel.words(slice) * kernel.columns(), panel, panels, m.get(number), stride,
                        slice > 0);
            }
        }
        for (int c = 0; c < channels; c++) {
            transformOutput(image, first + c, row + r, count, m, (long) c * stride, output);
        }
        give(m);
    }

    /** {@code G g GT}, G = 1 0 0, 1/2 1/2 1/2, 1/2 -1/2 1/2, 0 0 1, for the output channels of a block; packed number by number. */
    private void transformWeights(int block, P u) {
        int first = block * blockRows;
        int rows = Math.min(blockRows, out - first);
        int row = NUMBERS * padded;
        float[] g = cpu.floats().take(9L * in);
        float[] to = cpu.floats().take((long) rows * row);
        Arrays.fill(to, 0, rows * row, 0);
        float[] half = new float[SIDE * 3];
        RowPacker packer = RowPacker.of(weight, cpu.runs());
        for (int r = 0; r < rows; r++) {
            packer.pack(first + r, 0, 9 * in, g, 0);
            for (int c = 0; c < in; c++) {
                for (int x = 0; x < 3; x++) {
                    spread(g[9 * c + x], g[9 * c + 3 + x], g[9 * c + 6 + x], half, x, 3);
                }
                for (int y = 0; y < SIDE; y++) {
                    spread(half[3 * y], half[3 * y + 1], half[3 * y + 2], to, r * row + y * SIDE * padded + c, padded);
                }
            }
        }
        kernel.packRows(new Numbers(to, row), rows, row, cpu.floats(), u, blockRows * TileKernel.DEPTH);
        cpu.floats().give(g, to);
    }

    /** Rows of transformed weights. */
    private record Numbers(float[] from, int length) implements BlockKernel.Rows {
        @Override
        public void pack(int row, int k, int n, float[] to, int at) {
            System.arraycopy(from, row * length + k, to, at, n);
        }

        @Override
        public boolean copy(int row, int k, int n, DType dtype, MemorySegment to, long at) {
            return false;
        }
    }

    private static void spread(float a, float b, float c, float[] to, int at, int step) {
        float ends = a + c;
        to[at] = a;
        to[at + step] = 0.5f * (ends + b);
        to[at + 2 * step] = 0.5f * (ends - b);
        to[at + 3 * step] = c;
    }

    /** {@code BT d B}, BT = 1 0 -1 0, 0 1 1 0, 0 -1 1 0, 0 1 0 -1, for all tiles of some rows of a channel. */
    private void transformInput(long image, int channel, int row, int rows, List<P> v) {
        RunKernels runs = cpu.runs();
        int n = across + 1;
        float[] line = cpu.floats().take(2L * n);
        // Pixels of even and of odd columns, of four lines that take turns; then of the four sums of lines.
        float[] lines = cpu.floats().take(2L * SIDE * n);
        float[] sums = cpu.floats().take(2L * SIDE * n);
        float[] to = cpu.floats().take((long) NUMBERS * across);
        int loaded = 0;
        for (int r = 0; r < rows; r++) {
            for (; loaded < 2 * r + SIDE; loaded++) {
                op.loadLine(image, channel, 2 * row + loaded - spec.top(), -spec.left(), line, 2 * n);
                int at = loaded % SIDE * 2 * n;
                for (int i = 0; i < n; i++) {
                    lines[at + i] = line[2 * i];
                    lines[at + n + i] = line[2 * i + 1];
                }
            }
            int[] at = new int[SIDE];
            for (int i = 0; i < SIDE; i++) {
                at[i] = (2 * r + i) % SIDE * 2 * n;
            }
            runs.minus(lines, at[0], lines, at[2], sums, 0, 2 * n);
            runs.plus(lines, at[1], lines, at[2], sums, 2 * n, 2 * n);
            runs.minus(lines, at[2], lines, at[1], sums, 4 * n, 2 * n);
            runs.minus(lines, at[1], lines, at[3], sums, 6 * n, 2 * n);
            for (int y = 0; y < SIDE; y++) {
                int even = y * 2 * n;
                int odd = even + n;
                int first = y * SIDE * across;
                runs.minus(sums, even, sums, even + 1, to, first, across);
                runs.plus(sums, odd, sums, even + 1, to, first + across, across);
                runs.minus(sums, even + 1, sums, odd, to, first + 2 * across, across);
                runs.minus(sums, odd, sums, odd + 1, to, first + 3 * across, across);
            }
            store(to, channel, r * across, v);
        }
        cpu.floats().give(line, lines, sums, to);
    }

    /** Writes a row of tiles to the panels. */
    private void store(float[] from, int channel, int tile, List<P> v) {
        int width = kernel.columns();
        int run;
        for (int i = 0; i < across; i += run) {
            int column = (tile + i) % width;
            run = Math.min(across - i, width - column);
            long at = (tile + i) / width * panel + (long) channel * width + column;
            for (int number = 0; number < NUMBERS; number++) {
                kernel.write(from, number * across + i, v.get(number), at, run);
            }
        }
    }

    /** {@code AT M A}, AT = 1 1 1 0, 0 1 -1 -1, for some rows of tiles of a channel, whose numbers begin at word {@code at}. */
    private void transformOutput(long image, int channel, int row, int rows, List<P> m, long at, ConvBands.Output output) {
        RunKernels runs = cpu.runs();
        float[] numbers = cpu.floats().take((long) NUMBERS * across);
        float[] sums = cpu.floats().take(2L * SIDE * across);
        float[] ends = cpu.floats().take(2L * across);
        float[] line = cpu.floats().take(2L * across);
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < NUMBERS; i++) {
                kernel.read(m.get(i), at + (long) r * across, numbers, i * across, across);
            }
            for (int x = 0; x < SIDE; x++) {
                fold(runs, numbers, x * across, SIDE * across, sums, x * across, SIDE * across);
            }
            for (int y = 0; y < 2 && 2 * (row + r) + y < outHeight; y++) {
                fold(runs, sums, y * SIDE * across, across, ends, 0, across);
                for (int i = 0; i < across; i++) {
                    line[2 * i] = ends[i];
                    line[2 * i + 1] = ends[across + i];
                }
                output.finish(image, line, 0, 0, channel, 1, (2L * (row + r) + y) * outWidth, outWidth);
            }
        }
        cpu.floats().give(numbers, sums, ends, line);
    }

    /** {@code a + b + c} and {@code b - c - d} of four runs. */
    private void fold(RunKernels runs, float[] from, int at, int step, float[] to, int toAt, int toStep) {
        runs.plus(from, at, from, at + step, to, toAt, across);
        runs.add(to, toAt, from, at + 2 * step, across);
        runs.minus(from, at + step, from, at + 2 * step, to, toAt + toStep, across);
        runs.minus(to, toAt + toStep, from, at + 3 * step, to, toAt + toStep, across);
    }
}
