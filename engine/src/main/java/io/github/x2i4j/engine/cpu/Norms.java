package io.github.x2i4j.engine.cpu;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.context.CpuContext;
import io.github.x2i4j.engine.kernel.RunKernels;
import io.github.x2i4j.engine.ops.Signatures;
import java.lang.foreign.MemorySegment;

/** Normalisations. Statistics are put together in F64. */
final class Norms {
    private Norms() {
    }

    static Tensor layerNorm(CpuContext cpu, CpuScope f, Tensor x, Tensor weight, Tensor bias, float eps) {
        Tensor y = f.empty(DType.F32, Signatures.rowNorm("layerNorm", x, weight, bias));
        return rows(cpu, x, y, eps, true, Runs.floats(weight), Runs.floats(bias), Long.MAX_VALUE);
    }

    static Tensor layerNormModulated(CpuContext cpu, CpuScope f, Tensor x, Tensor scale, Tensor shift, float eps) {
        Tensor y = f.empty(DType.F32, Signatures.layerNormModulated(x, scale, shift));
        float[] weight = scale.toFloats();
        for (int i = 0; i < weight.length; i++) {
            weight[i] += 1;
        }
        return rows(cpu, x, y, eps, true, weight, shift.toFloats(), x.dim(1));
    }

    static Tensor rmsNorm(CpuContext cpu, CpuScope f, Tensor x, Tensor weight, float eps) {
        Tensor y = f.empty(DType.F32, Signatures.rowNorm("rmsNorm", x, weight, null));
        return rows(cpu, x, y, eps, false, Runs.floats(weight), null, Long.MAX_VALUE);
    }

    /** {@code (x - mean) / deviation * weight + bias}; weight and bias change every {@code rowsPerWeight} rows. */
    private static Tensor rows(CpuContext cpu, Tensor x, Tensor y, float eps, boolean centred, float[] weight, float[] bias,
            long rowsPerWeight) {
        if (y.elements() == 0) {
            return y;
        }
        int n = Math.toIntExact(x.dim(-1));
        long rows = x.elements() / n;
        MemorySegment xs = x.segment();
        MemorySegment ys = y.segment();
        int step = Math.max(1, Runs.CHUNK / n);
        cpu.workers().parallelFor(Math.toIntExact(Math.ceilDiv(rows, step)), task -> {
            RunKernels kernels = cpu.runs();
            float[] row = cpu.floats().take(n);
            for (long r = (long) task * step; r < Math.min(rows, (task + 1L) * step); r++) {
                Runs.load(xs, r * n, row, n);
                double rest = 0;
                if (centred) {
                    // A first mean is as inexact as the values are large; what it leaves over is small and thus exact.
                    kernels.standardise(row, 0, n, (float) (kernels.sum(row, 0, n) / n), 1);
                    rest = kernels.sum(row, 0, n) / n;
                }
                double variance = kernels.sumSquares(row, 0, n, 0) / n - rest * rest;
                kernels.standardise(row, 0, n, (float) rest, (float) (1 / Math.sqrt(Math.max(variance, 0) + eps)));
                int w = (int) (r / rowsPerWeight * n);
                if (weight != null && bias != null) {
                    kernels.mulAdd(row, 0, weight, w, bias, w, n);
                } else if (weight != null) {
                    kernels.mul(row, 0, weight, w, n);
                } else if (bias != null) {
                    kernels.add(row, 0, bias, w, n);
                }
                Runs.store(row, 0, ys, r * n, n);
            }
            cpu.floats().give(row);
        });
        return y;
    }

    static Tensor groupNorm(CpuContext cpu, CpuScope f, Tensor x, int groups, Tensor weight, Tensor bias, float eps, Activation activation) {
        Tensor y = f.empty(DType.F32, Signatures.groupNorm(x, groups, weight, bias));
        if (y.elements() == 0) {
            return y;
        }
        long plane = x.dim(2) * x.dim(3);
        int perGroup = Math.toIntExact(x.dim(1) / groups);
        float[] weights = weight.toFloats();
        float[] biases = bias.toFloats();
        MemorySegment xs = x.segment();
        MemorySegment ys = y.segment();
        cpu.workers().parallelFor(Math.toIntExact(x.dim(0) * groups), task -> {
            long at = task * perGroup * plane;
            long n = perGroup * plane;
            float centre = (float) (sum(cpu, xs, at, n) / n);
            Sums rest = sums(cpu, xs, at, n, centre);
            double mean = rest.sum / n;
            float factor = (float) (1 / Math.sqrt(Math.max(rest.squares / n - mean * mean, 0) + eps));
            float[] run = cpu.floats().take(Runs.CHUNK);
            for (int c = 0; c < perGroup; c++) {
                int channel = task % groups * perGroup + c;
                float slope = factor * weights[channel];
                float offset = (float) (biases[channel] - mean * slope);
                for (long i = 0; i < plane; i += Runs.CHUNK) {
                    int length = (int) Math.min(Runs.CHUNK, plane - i);
                    RunKernels kernels = cpu.runs();
                    Runs.load(xs, at + c * plane + i, run, length);
                    kernels.standardise(run, 0, length, centre, 1);
                    kernels.affine(run, 0, length, slope, offset);
                    kernels.activate(activation, run, 0, length);
                    Runs.store(run, 0, ys, at + c * plane + i, length);
                }
            }
            cpu.floats().give(run);
        });
        return y;
    }

    private static double sum(CpuContext cpu, MemorySegment x, long at, long n) {
        float[] run = cpu.floats().take(Runs.CHUNK);
        double sum = 0;
        for (long i = 0; i < n; i += Runs.CHUNK) {
            int length = (int) Math.min(Runs.CHUNK, n - i);
            sum += cpu.runs().sum(Runs.load(x, at + i, run, length), 0, length);
        }
        cpu.floats().give(run);
        return sum;
    }

    private record Sums(double sum, double squares) {
    }

    /** Sums of the elements' distances from {@code centre} and of their squares. */
    private static Sums sums(CpuContext cpu, MemorySegment x, long at, long n, float centre) {
        float[] run = cpu.floats().take(Runs.CHUNK);
        double sum = 0;
        double squares = 0;
        for (long i = 0; i < n; i += Runs.CHUNK) {
            int length = (int) Math.min(Runs.CHUNK, n - i);
            RunKernels kernels = cpu.runs();
            Runs.load(x, at + i, run, length);
            kernels.standardise(run, 0, length, centre, 1);
            sum += kernels.sum(run, 0, length);
            squares += kernels.sumSquares(run, 0, length, 0);
        }
        cpu.floats().give(run);
        return new Sums(sum, squares);
    }
}
