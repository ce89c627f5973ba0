package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.ops.Signatures;

/** Normalisations. */
final class GpuNorms {
    /** Elements of a group for each block that computes its statistics. */
    private static final long PIECE = 16 * 1024;
    private static final long MOST_PIECES = 64;

    private static final long WARP = 32;
    /** Elements of a row that a thread keeps; {@code KEPT} of the source. */
    private static final long KEPT = 32;

    private GpuNorms() {
    }

    static Tensor layerNorm(Gpu gpu, GpuScope f, Tensor x, Tensor weight, Tensor bias, float eps) {
        Tensor y = f.factor(Signatures.rowNorm("layerNorm", x, weight, bias));
        rows(gpu, x, y, eps, true, weight, 0, bias, Long.MAX_VALUE);
        return y;
    }

    static Tensor layerNormModulated(Gpu gpu, GpuScope f, Tensor x, Tensor scale, Tensor shift, float eps) {
        Tensor y = f.factor(Signatures.layerNormModulated(x, scale, shift));
        rows(gpu, x, y, eps, true, gpu.wide(scale), 1, gpu.wide(shift), x.dim(1));
        return y;
    }

    static Tensor rmsNorm(Gpu gpu, GpuScope f, Tensor x, Tensor weight, float eps) {
        Tensor y = f.factor(Signatures.rowNorm("rmsNorm", x, weight, null));
        rows(gpu, x, y, eps, false, weight, 0, null, Long.MAX_VALUE);
        return y;
    }

    private static void rows(Gpu gpu, Tensor x, Tensor y, float eps, boolean centred, Tensor weight, float weightOffset, Tensor bias,
            long rowsPerWeight) {
        if (y.elements() == 0) {
            return;
        }
        long n = x.dim(-1);
        long rows = x.elements() / n;
        long[] operands = {gpu.place(x), gpu.place(y), rows, n, centred ? 1 : 0, gpu.addressOrNull(weight), gpu.addressOrNull(bias),
            rowsPerWeight, bits(eps), bits(weightOffset), 0};
        operands[10] = Narrow.bits(x, y, null, n % 4 == 0 && Narrow.aligned(operands[0], operands[1], operands[5], operands[6]));
        boolean warp = n <= KEPT * WARP;
        String kernel = warp ? "row_norm_warp" : n <= KEPT * Kernels.THREADS ? "row_norm_block" : "row_norm_long";
        long blocks = warp ? Math.ceilDiv(rows, Kernels.THREADS / WARP) : rows;
        gpu.launch("norms", kernel, new Grid(Math.min(blocks, Integer.MAX_VALUE), 1, 1, Kernels.THREADS), a -> a.add(operands));
    }

    private static long bits(float x) {
        return Float.floatToRawIntBits(x) & 0xFFFFFFFFL;
    }

    static Tensor groupNorm(Gpu gpu, GpuScope f, Tensor x, int groups, Tensor weight, Tensor bias, float eps, Activation activation) {
        Tensor y = f.empty(DType.F32, Signatures.groupNorm(x, groups, weight, bias));
        if (y.elements() == 0) {
            return y;
        }
        long all = x.dim(0) * groups;
        long n = x.elements() / all;
        long pieces = Math.clamp(n / PIECE, 1, MOST_PIECES);
        long moments = gpu.scratch(all * pieces * 3 * Double.BYTES);
        gpu.launch("norms", "group_moments", new Grid(pieces, all, 1, Kernels.THREADS),
                a -> a.add(gpu.address(x)).add(moments).add(n).add(pieces));
        gpu.launch("norms", "group_norm", new Grid(Grid.elements(n).x(), all, 1, Kernels.THREADS), a -> a.add(gpu.address(x))
                .add(gpu.address(y)).add(moments).add(pieces).add((long) groups).add(x.dim(1) / groups)
                .add(x.dim(2) * x.dim(3)).add(gpu.address(weight)).add(gpu.address(bias)).add(eps).add(activation.ordinal()));
        return y;
    }
}
