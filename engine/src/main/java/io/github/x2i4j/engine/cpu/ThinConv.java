package io.github.x2i4j.engine.cpu;

import io.github.x2i4j.engine.ConvSpec;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.context.CpuContext;
import io.github.x2i4j.engine.gemm.RowPacker;
import io.github.x2i4j.engine.kernel.RunKernels;
import java.util.Arrays;

/**
 * Convolution with stride 1 and so few output channels that most rows of a product's tile would be empty: a line of the result is the
 * sum of shifted lines of the picture, each times a weight.
 */
final class ThinConv {
    /** Up to so many output channels this takes less time than a product. */
    private static final int CHANNELS = 3;
    /** Shorter lines are not worth a loop of their own. */
    private static final int SHORTEST_LINE = 64;

    private final CpuContext cpu;
    private final Conv2dOp op;
    private final ConvSpec spec;
    private final int out;
    private final int channels;
    private final int kernelHeight;
    private final int kernelWidth;
    private final int outHeight;
    private final int outWidth;
    /** Of all output channels, one after the other. */
    private final float[] weights;

    ThinConv(CpuContext cpu, Conv2dOp op, Tensor weight, ConvSpec spec, int outHeight, int outWidth) {
        this.cpu = cpu;
        this.op = op;
        this.spec = spec;
        this.outHeight = outHeight;
        this.outWidth = outWidth;
        out = Math.toIntExact(weight.dim(0));
        channels = Math.toIntExact(weight.dim(1));
        kernelHeight = Math.toIntExact(weight.dim(2));
        kernelWidth = Math.toIntExact(weight.dim(3));
        int k = channels * kernelHeight * kernelWidth;
        weights = new float[out * k];
        RowPacker packer = RowPacker.of(weight, cpu.runs());
        for (int o = 0; o < out; o++) {
            packer.pack(o, 0, k, weights, o * k);
        }
    }

    /** Whether a convolution with stride 1 is done like this. */
    static boolean suits(Tensor weight, int outWidth) {
        return weight.dim(0) <= CHANNELS && outWidth >= SHORTEST_LINE;
    }

    void run(long images, ConvBands.Output output) {
        cpu.workers().parallelFor(Math.toIntExact(images * outHeight), task -> {
            long image = task / outHeight;
            int oy = task % outHeight;
            float[] sums = cpu.floats().take((long) out * outWidth);
            sum(image, oy, sums);
            output.finish(image, sums, 0, outWidth, 0, out, (long) oy * outWidth, outWidth);
            cpu.floats().give(sums);
        });
    }

    /** Computes line {@code oy} of all output channels. */
    private void sum(long image, int oy, float[] sums) {
        RunKernels kernels = cpu.runs();
        Arrays.fill(sums, 0, out * outWidth, 0);
        int k = weights.length / out;
        int n = outWidth + kernelWidth - 1;
        float[] line = cpu.floats().take(n);
        int tap = 0;
        for (int c = 0; c < channels; c++) {
            for (int dy = 0; dy < kernelHeight; dy++) {
                op.loadLine(image, c, oy + dy - spec.top(), -spec.left(), line, n);
                for (int dx = 0; dx < kernelWidth; dx++, tap++) {
                    for (int o = 0; o < out; o++) {
                        kernels.addScaled(sums, o * outWidth, weights[o * k + tap], line, dx, outWidth);
                    }
                }
            }
        }
        cpu.floats().give(line);
    }
}
