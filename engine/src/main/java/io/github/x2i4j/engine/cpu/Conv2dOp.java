package io.github.x2i4j.engine.cpu;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.ConvSpec;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.context.CpuContext;
import io.github.x2i4j.engine.gemm.Gemm;
import io.github.x2i4j.engine.gemm.RowPacker;
import io.github.x2i4j.engine.kernel.BlockKernel;
import io.github.x2i4j.engine.kernel.RunKernels;
import io.github.x2i4j.engine.ops.Signatures;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Two-dimensional convolution as the product of the weight [Co, Ci kh kw] with the patches [Ci kh kw, Ho Wo], which exist only as
 * packed panels. {@link ConvBands} packs them where the stride is 1; {@link Winograd} needs fewer products where there are many channels,
 * and {@link ThinConv} does without where a product would be mostly empty.
 */
final class Conv2dOp {
    private final CpuContext cpu;
    private final ConvSpec spec;
    private final MemorySegment x;
    private final long images;
    private final int channels;
    private final int height;
    private final int width;
    private final int kernelHeight;
    private final int kernelWidth;
    private final int outWidth;

    Conv2dOp(CpuContext cpu, Tensor x, Tensor weight, ConvSpec spec, int outWidth) {
        this.cpu = cpu;
        this.spec = spec;
        this.x = x.segment();
        images = x.dim(0);
        channels = Math.toIntExact(x.dim(1));
        height = Math.toIntExact(x.dim(2));
        width = Math.toIntExact(x.dim(3));
        kernelHeight = Math.toIntExact(weight.dim(2));
        kernelWidth = Math.toIntExact(weight.dim(3));
        this.outWidth = outWidth;
    }

    static Tensor run(CpuContext cpu, CpuScope f, Tensor x, Tensor weight, Tensor bias, ConvSpec spec, Epilogue epilogue) {
        Tensor y = f.empty(DType.F32, Signatures.conv2d(x, weight, bias, spec, epilogue));
        int outHeight = Math.toIntExact(y.dim(2));
        int outWidth = Math.toIntExact(y.dim(3));
        long out = weight.dim(0);
        Conv2dOp op = new Conv2dOp(cpu, x, weight, spec, outWidth);
        ConvBands.Output output = op.output(y, bias, epilogue);
        if (y.elements() > 0 && spec.stride() == 1) {
            op.dense(cpu.blocks(), weight, outHeight, output);
        } else {
            op.strided(weight, (long) outHeight * outWidth, output);
        }
        return y;
    }

    /** Bias, activation and what else the epilogue asks for. */
    ConvBands.Output output(Tensor y, Tensor bias, Epilogue epilogue) {
        RunStore store = new RunStore(cpu, y, epilogue);
        float[] biases = Runs.floats(bias);
        Activation activation = epilogue.activation();
        long out = y.dim(1);
        long pixels = y.dim(2) * y.dim(3);
        return (image, c, at, stride, row, rows, pixel, n) -> {
            RunKernels kernels = cpu.runs();
            for (int i = 0; i < rows; i++) {
                if (biases != null) {
                    kernels.affine(c, at + i * stride, n, 1, biases[(int) row + i]);
                }
                kernels.activate(activation, c, at + i * stride, n);
                store.store(c, at + i * stride, n, (image * out + row + i) * pixels + pixel, 0);
            }
        };
    }

    private <P> void dense(BlockKernel<P> kernel, Tensor weight, int outHeight, ConvBands.Output output) {
        if (ThinConv.suits(weight, outWidth)) {
            new ThinConv(cpu, this, weight, spec, outHeight, outWidth).run(images, output);
        } else if (kernel.elementsPerWord() == 1 && Winograd.pays(weight, outHeight, outWidth)) {
            winograd(kernel, weight, outHeight, output);
        } else {
            new ConvBands<>(cpu, kernel, this, weight, spec, outHeight, outWidth).run(images, output);
        }
    }

    /** Stride 1 and a kernel of 3x3. */
    <P> void winograd(BlockKernel<P> kernel, Tensor weight, int outHeight, ConvBands.Output output) {
        new Winograd<>(cpu, kernel, this, weight, spec, outHeight, outWidth).run(images, output);
    }

    private void strided(Tensor weight, long pixels, ConvBands.Output output) {
        for (long b = 0; b < images; b++) {
            long image = b;
            Gemm.multiply(cpu, weight.dim(0), pixels, Math.toIntExact(weight.shape().product(1, 4)), () -> RowPacker.of(weight, cpu.runs()),
                    (column, columns, to, at, panel) -> pack(image, column, columns, to, at, panel),
                    (c, stride, row, rows, column, columns) -> output.finish(image, c, 0, stride, row, rows, column, columns));
        }
    }

    /** Packs the patches of some output pixels: one row of the panel for each channel and place in the kernel. */
    private void pack(long image, long column, int columns, float[] to, int at, int panel) {
        float[] line = cpu.floats().take((long) columns * spec.stride() + kernelWidth);
        for (int c = 0; c < channels; c++) {
            for (int dy = 0; dy < kernelHeight; dy++) {
                packTaps((image * channels + c) * height, dy, column, columns, line, to, at, panel);
                at += kernelWidth * panel;
            }
        }
        cpu.floats().give(line);
    }

    /** Packs the places of one row of the kernel: one row of the panel for each, taken from the same line of the picture. */
    private void packTaps(long plane, int dy, long column, int columns, float[] line, float[] to, int at, int panel) {
        int run;
        for (int j = 0; j < columns; j += run) {
            int oy = (int) ((column + j) / outWidth);
            int ox = (int) ((column + j) % outWidth);
            run = Math.min(columns - j, outWidth - ox);
            loadLine(plane, oy * spec.stride() + dy - spec.top(), ox * spec.stride() - spec.left(), line,
                    (run - 1) * spec.stride() + kernelWidth);
            for (int dx = 0; dx < kernelWidth; dx++) {
                spread(line, dx, spec.stride(), to, at + dx * panel + j, run);
            }
        }
        if (columns < panel) {
            for (int dx = 0; dx < kernelWidth; dx++) {
                Arrays.fill(to, at + dx * panel + columns, at + (dx + 1) * panel, 0);
            }
        }
    }

    private static void spread(float[] line, int from, int stride, float[] to, int at, int n) {
        if (stride == 1) {
            System.arraycopy(line, from, to, at, n);
            return;
        }
        for (int i = 0; i < n; i++) {
            to[at + i] = line[from + i * stride];
        }
    }

    /** {@code n} pixels of row {@code iy} from {@code ix} on, zeros where they lie outside the picture. */
    void loadLine(long image, int channel, int iy, int ix, float[] line, int n) {
        loadLine((image * channels + channel) * height, iy, ix, line, n);
    }

    private void loadLine(long plane, int iy, int ix, float[] line, int n) {
        int begin = Math.clamp(-ix, 0, n);
        int end = Math.clamp(width - ix, begin, n);
        if (iy < 0 || iy >= height) {
            begin = n;
            end = n;
        }
        Arrays.fill(line, 0, begin, 0);
        Arrays.fill(line, end, n, 0);
        if (begin < end) {
            MemorySegment.copy(x, Tensor.FLOAT, ((plane + iy) * width + ix + begin) * Float.BYTES, line, begin, end - begin);
        }
    }
}
