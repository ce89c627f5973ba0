package io.github.x2i4j.engine.cpu;

import io.github.x2i4j.engine.ConvSpec;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Tensor;
import java.lang.foreign.MemorySegment;

/** Two-dimensional convolution. */
final class Conv2dOp {
    private Conv2dOp() {
    }

    static Tensor run(CpuContext cpu, CpuScope f, Tensor x, Tensor weight, Tensor bias, ConvSpec spec, Epilogue epilogue) {
        Checks.f32("conv2d", x);
        Checks.rank("conv2d", x, 4);
        Checks.rank("conv2d weight", weight, 4);
        Checks.that(weight.dtype().isFloat(), () -> "conv2d needs a floating-point weight, not " + weight);
        Checks.that(x.dim(1) == weight.dim(1), () -> "conv2d: x " + x + " does not fit weight " + weight);
        Checks.that(epilogue.gate() == null, () -> "conv2d has no gate");
        int ci = Math.toIntExact(x.dim(1));
        int h = Math.toIntExact(x.dim(2));
        int w = Math.toIntExact(x.dim(3));
        int co = Math.toIntExact(weight.dim(0));
        int kh = Math.toIntExact(weight.dim(2));
        int kw = Math.toIntExact(weight.dim(3));
        int ho = (h + spec.top() + spec.bottom() - kh) / spec.stride() + 1;
        int wo = (w + spec.left() + spec.right() - kw) / spec.stride() + 1;
        Checks.that(h + spec.top() + spec.bottom() >= kh && w + spec.left() + spec.right() >= kw,
                () -> "conv2d: x " + x + " is smaller than the kernel of " + weight);
        Tensor y = f.empty(DType.F32, x.dim(0), co, ho, wo);
        Checks.shape("conv2d", "bias", bias, co);
        Checks.shape("conv2d", "multiplier", epilogue.multiplier(), y.shape().toArray());
        Checks.shape("conv2d", "residual", epilogue.residual(), y.shape().toArray());
        int taps = ci * kh * kw;
        float[] wide = new float[Math.multiplyExact(co, taps)];
        Widen.row(weight.dtype(), weight.segment(), 0, wide, wide.length);
        MemorySegment xs = x.segment();
        MemorySegment ys = y.segment();
        cpu.workers().parallelFor(Math.toIntExact(x.dim(0) * ho), task -> {
            int b = task / ho;
            int oy = task % ho;
            float[][] patches = new float[taps][wo];
            for (int t = 0; t < taps; t++) {
                int iy = oy * spec.stride() + t / kw % kh - spec.top();
                if (iy < 0 || iy >= h) {
                    continue;
                }
                long row = (((long) b * ci + t / (kh * kw)) * h + iy) * w;
                for (int ox = 0; ox < wo; ox++) {
                    int ix = ox * spec.stride() + t % kw - spec.left();
                    if (ix >= 0 && ix < w) {
                        patches[t][ox] = xs.get(Tensor.FLOAT, (row + ix) * 4);
                    }
                }
            }
            float[] sum = new float[wo];
            for (int c = 0; c < co; c++) {
                java.util.Arrays.fill(sum, bias == null ? 0 : bias.getFloat(c));
                for (int t = 0; t < taps; t++) {
                    float a = wide[c * taps + t];
                    float[] p = patches[t];
                    for (int ox = 0; ox < wo; ox++) {
                        sum[ox] = Math.fma(a, p[ox], sum[ox]);
                    }
                }
                long at = (((long) b * co + c) * ho + oy) * wo;
                for (int ox = 0; ox < wo; ox++) {
                    ys.set(Tensor.FLOAT, (at + ox) * 4, LinearOp.finish(epilogue, sum[ox], at + ox, 0));
                }
            }
        });
        return y;
    }
}
