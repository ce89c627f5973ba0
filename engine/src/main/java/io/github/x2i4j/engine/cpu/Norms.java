package io.github.x2i4j.engine.cpu;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Tensor;
import java.lang.foreign.MemorySegment;

/** Normalisations; statistics are F64. */
final class Norms {
    private Norms() {
    }

    static Tensor layerNorm(CpuContext cpu, CpuScope f, Tensor x, Tensor weight, Tensor bias, float eps) {
        Checks.shape("layerNorm", "weight", weight, x.dim(-1));
        Checks.shape("layerNorm", "bias", bias, x.dim(-1));
        return rows("layerNorm", cpu, f, x, eps, true, weight, 0, bias, Long.MAX_VALUE);
    }

    static Tensor layerNormModulated(CpuContext cpu, CpuScope f, Tensor x, Tensor scale, Tensor shift, float eps) {
        Checks.rank("layerNormModulated", x, 3);
        Checks.shape("layerNormModulated", "scale", scale, x.dim(0), x.dim(2));
        Checks.shape("layerNormModulated", "shift", shift, x.dim(0), x.dim(2));
        return rows("layerNormModulated", cpu, f, x, eps, true, scale, 1, shift, x.dim(1));
    }

    static Tensor rmsNorm(CpuContext cpu, CpuScope f, Tensor x, Tensor weight, float eps) {
        Checks.shape("rmsNorm", "weight", weight, x.dim(-1));
        return rows("rmsNorm", cpu, f, x, eps, false, weight, 0, null, Long.MAX_VALUE);
    }

    /** {@code (x - mean) / deviation * (weight + one) + bias}; rows of weight and bias change every {@code rowsPerWeight} rows. */
    private static Tensor rows(String op, CpuContext cpu, CpuScope f, Tensor x, float eps, boolean centred, Tensor weight, float one,
            Tensor bias, long rowsPerWeight) {
        Checks.f32(op, x);
        int n = Math.toIntExact(x.dim(-1));
        int rows = Math.toIntExact(x.shape().product(0, x.rank() - 1));
        Tensor y = f.empty(DType.F32, x.shape());
        MemorySegment xs = x.segment();
        MemorySegment ys = y.segment();
        cpu.workers().parallelFor(rows, r -> {
            long at = (long) r * n * 4;
            double mean = 0;
            if (centred) {
                for (int i = 0; i < n; i++) {
                    mean += xs.get(Tensor.FLOAT, at + i * 4L);
                }
                mean /= n;
            }
            double square = 0;
            for (int i = 0; i < n; i++) {
                double c = xs.get(Tensor.FLOAT, at + i * 4L) - mean;
                square += c * c;
            }
            double factor = 1 / Math.sqrt(square / n + eps);
            long w = r / rowsPerWeight * n;
            for (int i = 0; i < n; i++) {
                float z = (float) ((xs.get(Tensor.FLOAT, at + i * 4L) - mean) * factor);
                if (weight != null) {
                    z *= weight.getFloat(w + i) + one;
                }
                ys.set(Tensor.FLOAT, at + i * 4L, bias == null ? z : z + bias.getFloat(w + i));
            }
        });
        return y;
    }

    static Tensor groupNorm(CpuContext cpu, CpuScope f, Tensor x, int groups, Tensor weight, Tensor bias, float eps, Activation activation) {
        Checks.f32("groupNorm", x);
        Checks.rank("groupNorm", x, 4);
        long channels = x.dim(1);
        Checks.that(groups > 0 && channels % groups == 0, () -> "groupNorm: " + groups + " groups of " + x);
        Checks.shape("groupNorm", "weight", weight, channels);
        Checks.shape("groupNorm", "bias", bias, channels);
        long plane = x.dim(2) * x.dim(3);
        long perGroup = channels / groups;
        long n = perGroup * plane;
        Tensor y = f.empty(DType.F32, x.shape());
        MemorySegment xs = x.segment();
        MemorySegment ys = y.segment();
        cpu.workers().parallelFor(Math.toIntExact(x.dim(0) * groups), task -> {
            long at = task * n * 4;
            double mean = 0;
            for (long i = 0; i < n; i++) {
                mean += xs.get(Tensor.FLOAT, at + i * 4);
            }
            mean /= n;
            double square = 0;
            for (long i = 0; i < n; i++) {
                double c = xs.get(Tensor.FLOAT, at + i * 4) - mean;
                square += c * c;
            }
            double factor = 1 / Math.sqrt(square / n + eps);
            for (long c = 0; c < perGroup; c++) {
                long channel = task % groups * perGroup + c;
                double w = factor * weight.getFloat(channel);
                double b = bias.getFloat(channel) - mean * w;
                for (long i = c * plane; i < (c + 1) * plane; i++) {
                    ys.set(Tensor.FLOAT, at + i * 4, Functions.apply(activation, (float) (xs.get(Tensor.FLOAT, at + i * 4) * w + b)));
                }
            }
        });
        return y;
    }
}
