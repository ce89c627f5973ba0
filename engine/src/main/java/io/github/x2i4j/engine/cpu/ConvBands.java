package io.github.x2i4j.engine.cpu;

import io.github.x2i4j.engine.ConvSpec;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.context.CpuContext;
import io.github.x2i4j.engine.gemm.BlockSink;
import io.github.x2i4j.engine.gemm.Gemm;
import io.github.x2i4j.engine.gemm.RowPacker;
import io.github.x2i4j.engine.kernel.BlockKernel;
import io.github.x2i4j.engine.kernel.BlockKernel.Patches;
import io.github.x2i4j.engine.kernel.ScalarMath;
import io.github.x2i4j.engine.kernel.TileKernel;
import io.github.x2i4j.engine.memory.Block;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Convolution with stride 1, band by band of output lines: the input lines of a band are copied with their padding, and output places
 * are counted along these lines. So the patches of neighbouring places are neighbours in the band for every place in the kernel, and
 * each row of a panel is one run of it. The places at the end of a line whose patches reach into the next one are computed and left
 * out.
 *
 * <p>Where words are pairs, they pair channels: a word of the band holds the same pixel of two.
 */
final class ConvBands<P> {
    private final CpuContext cpu;
    private final BlockKernel<P> kernel;
    private final Tensor weight;
    private final Conv2dOp op;
    private final ConvSpec spec;
    private final int kernelHeight;
    private final int kernelWidth;
    private final int channels;
    private final int perWord;
    private final int planes;
    /** Words of a line with its padding. */
    private final int pitch;
    /** Elements of a patch, with those of a channel that only fills a pair. */
    private final int k;
    private final int outHeight;
    private final int outWidth;

    ConvBands(CpuContext cpu, BlockKernel<P> kernel, Conv2dOp op, Tensor weight, ConvSpec spec, int outHeight, int outWidth) {
        this.cpu = cpu;
        this.kernel = kernel;
        this.op = op;
        this.weight = weight;
        this.spec = spec;
        this.outHeight = outHeight;
        this.outWidth = outWidth;
        channels = Math.toIntExact(weight.dim(1));
        kernelHeight = Math.toIntExact(weight.dim(2));
        kernelWidth = Math.toIntExact(weight.dim(3));
        perWord = kernel.elementsPerWord();
        planes = Math.ceilDiv(channels, perWord);
        pitch = outWidth + kernelWidth - 1;
        k = planes * perWord * kernelHeight * kernelWidth;
    }

    /** Takes rows of finished pixels of some channels. */
    interface Output {
        /** Finishes {@code n} elements of each of {@code rows} channels, which do not leave a line. */
        void finish(long image, float[] c, int at, int stride, long row, int rows, long pixel, int n);
    }

    void run(long images, Output output) {
        Block ordered = perWord == 1 ? null : cpu.panels().acquire(weight.dim(0) * k * Short.BYTES);
        int lines = (int) Math.clamp(Gemm.mostColumns(kernel, k) / pitch, 1, outHeight);
        lines = Math.ceilDiv(outHeight, Math.ceilDiv(outHeight, lines));
        Patches patches = new Patches(planes, kernelHeight, kernelWidth, (long) (lines + kernelHeight - 1) * pitch, pitch);
        P band = kernel.take(cpu.panels(), cpu.floats(), planes * patches.planeStep() + kernel.columns());
        try {
            Supplier<RowPacker> rows = weights(ordered);
            for (long image = 0; image < images; image++) {
                for (int y = 0; y < outHeight; y += lines) {
                    int count = Math.min(lines, outHeight - y);
                    load(image, y, count + kernelHeight - 1, band, patches);
                    Gemm.multiply(cpu, kernel, weight.dim(0), (count - 1L) * pitch + outWidth, k, rows,
                            (column, columns, to, at) -> kernel.packPatches(patches, band, column, to, at), sink(image, y, output));
                }
            }
        } finally {
            kernel.give(cpu.panels(), cpu.floats(), band);
            if (ordered != null) {
                cpu.panels().release(ordered);
            }
        }
    }

    /** Copies {@code lines} input lines of all channels, the first of which the patches of output line {@code y} begin with. */
    private void load(long image, int y, int lines, P band, Patches patches) {
        cpu.workers().parallelFor(planes, plane -> {
            float[] first = cpu.floats().take(pitch);
            float[] second = cpu.floats().take(pitch);
            for (int i = 0; i < lines; i++) {
                int channel = plane * perWord;
                op.loadLine(image, channel, y + i - spec.top(), -spec.left(), first, pitch);
                if (channel + 1 < channels && perWord > 1) {
                    op.loadLine(image, channel + 1, y + i - spec.top(), -spec.left(), second, pitch);
                } else {
                    Arrays.fill(second, 0, pitch, 0);
                }
                kernel.writeWords(first, second, 0, pitch, band, plane * patches.planeStep() + (long) i * pitch);
            }
            cpu.floats().give(first, second);
        });
    }

    /** Rows of the weight in the order of a patch: as they are, or with the two channels of a plane as neighbours. */
    private Supplier<RowPacker> weights(Block ordered) {
        if (ordered == null) {
            return () -> RowPacker.of(weight, cpu.runs());
        }
        MemorySegment to = ordered.segment();
        int places = kernelHeight * kernelWidth;
        cpu.workers().parallelFor(Math.toIntExact(weight.dim(0)), row -> {
            float[] from = cpu.floats().take((long) channels * places);
            short[] pairs = new short[k];
            RowPacker.of(weight, cpu.runs()).pack(row, 0, channels * places, from, 0);
            for (int c = 0; c < channels; c++) {
                for (int i = 0; i < places; i++) {
                    pairs[(c / perWord * places + i) * perWord + c % perWord] = ScalarMath.toBFloat16(from[c * places + i]);
                }
            }
            MemorySegment.copy(pairs, 0, to, Tensor.SHORT, (long) row * k * Short.BYTES, k);
            cpu.floats().give(from);
        });
        return () -> new RowPacker.BF16Rows(to, k, cpu.runs(), new short[TileKernel.DEPTH]);
    }

    private BlockSink sink(long image, int y, Output output) {
        return (c, stride, row, rows, column, columns) -> {
            int run;
            for (int j = 0; j < columns; j += run) {
                int x = (int) ((column + j) % pitch);
                long line = y + (column + j) / pitch;
                run = Math.min(columns - j, pitch - x);
                if (x < outWidth) {
                    output.finish(image, c, j, stride, row, rows, line * outWidth + x, Math.min(run, outWidth - x));
                }
            }
        };
    }
}
