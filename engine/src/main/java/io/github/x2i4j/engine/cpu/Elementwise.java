package io.github.x2i4j.engine.cpu;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.RopeStyle;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.context.CpuContext;
import io.github.x2i4j.engine.gemm.RowPacker;
import io.github.x2i4j.engine.kernel.RunKernels;
import io.github.x2i4j.engine.kernel.ScalarMath;
import io.github.x2i4j.engine.ops.Signatures;
import java.lang.foreign.MemorySegment;

/** Element-wise ops: pieces of the operands are loaded, worked on and stored. */
final class Elementwise {
    private Elementwise() {
    }

    private interface Unary {
        void apply(RunKernels kernels, float[] x, int n);
    }

    private interface Binary {
        void apply(RunKernels kernels, float[] x, int at, float[] y, int yAt, int n);
    }

    static Tensor activation(CpuContext cpu, CpuScope f, Tensor x, Activation activation) {
        return map("activation", cpu, f, x, (kernels, v, n) -> kernels.activate(activation, v, 0, n));
    }

    static Tensor affine(CpuContext cpu, CpuScope f, Tensor x, float factor, float offset) {
        return map("affine", cpu, f, x, (kernels, v, n) -> kernels.affine(v, 0, n, factor, offset));
    }

    static Tensor add(CpuContext cpu, CpuScope f, Tensor a, Tensor b) {
        return combine(cpu, f, Signatures.repeated("add", a, b), a, b, RunKernels::add);
    }

    static Tensor mul(CpuContext cpu, CpuScope f, Tensor a, Tensor b) {
        return combine(cpu, f, Signatures.repeated("mul", a, b), a, b, RunKernels::mul);
    }

    static Tensor addScaled(CpuContext cpu, CpuScope f, Tensor a, float factor, Tensor b) {
        return combine(cpu, f, Signatures.sameShape("addScaled", a, b), a, b, (kernels, x, at, y, yAt, n) -> kernels.addScaled(x, at, factor, y, yAt, n));
    }

    private static Tensor map(String op, CpuContext cpu, CpuScope f, Tensor x, Unary function) {
        Signatures.f32(op, x);
        Tensor y = f.empty(DType.F32, x.shape());
        MemorySegment xs = x.segment();
        MemorySegment ys = y.segment();
        Runs.forEachChunk(cpu, x.elements(), (from, n) -> {
            float[] run = cpu.floats().take(n);
            function.apply(cpu.runs(), Runs.load(xs, from, run, n), n);
            Runs.store(run, 0, ys, from, n);
            cpu.floats().give(run);
        });
        return y;
    }

    /** b is repeated as often as it fits into a. */
    private static Tensor combine(CpuContext cpu, CpuScope f, Shape shape, Tensor a, Tensor b, Binary function) {
        Tensor y = f.empty(DType.F32, shape);
        MemorySegment as = a.segment();
        MemorySegment bs = b.segment();
        MemorySegment ys = y.segment();
        long period = b.elements();
        Runs.forEachChunk(cpu, a.elements(), (from, n) -> {
            RunKernels kernels = cpu.runs();
            float[] x = Runs.load(as, from, cpu.floats().take(n), n);
            float[] z = cpu.floats().take(n);
            int run;
            for (int i = 0; i < n; i += run) {
                long at = (from + i) % period;
                run = (int) Math.min(n - i, period - at);
                Runs.load(bs, at, z, run);
                function.apply(kernels, x, i, z, 0, run);
            }
            Runs.store(x, 0, ys, from, n);
            cpu.floats().give(x, z);
        });
        return y;
    }

    static Tensor rope(CpuContext cpu, CpuScope f, Tensor x, Tensor cos, Tensor sin, RopeStyle style) {
        Tensor y = f.empty(DType.F32, Signatures.rope(x, cos, sin));
        long s = x.dim(1);
        int d = Math.toIntExact(x.dim(3));
        int n = Math.toIntExact(x.dim(2) * d);
        MemorySegment xs = x.segment();
        MemorySegment ys = y.segment();
        MemorySegment cs = cos.segment();
        MemorySegment ss = sin.segment();
        cpu.workers().parallelFor(Math.toIntExact(x.dim(0) * s), task -> {
            RunKernels kernels = cpu.runs();
            float[] run = Runs.load(xs, (long) task * n, cpu.floats().take(n), n);
            float[] c = Runs.load(cs, task % s * (d / 2), cpu.floats().take(d), d / 2);
            float[] t = Runs.load(ss, task % s * (d / 2), cpu.floats().take(d), d / 2);
            if (style == RopeStyle.INTERLEAVED) {
                spread(c, t, d / 2);
            }
            for (int at = 0; at < n; at += d) {
                if (style == RopeStyle.INTERLEAVED) {
                    kernels.turnPairs(run, at, c, t, d);
                } else {
                    turnHalves(run, at, c, t, d / 2);
                }
            }
            Runs.store(run, 0, ys, (long) task * n, n);
            cpu.floats().give(run, c, t);
        });
        return y;
    }

    /** Cosines and sines of each pair for both of its elements. */
    private static void spread(float[] cos, float[] sin, int pairs) {
        for (int m = pairs - 1; m >= 0; m--) {
            cos[2 * m + 1] = cos[m];
            cos[2 * m] = cos[m];
            sin[2 * m + 1] = sin[m];
            sin[2 * m] = -sin[m];
        }
    }

    /** Turns the pairs (at + m, at + m + pairs). */
    private static void turnHalves(float[] x, int at, float[] cos, float[] sin, int pairs) {
        for (int m = 0; m < pairs; m++) {
            float a = x[at + m];
            float b = x[at + m + pairs];
            x[at + m] = a * cos[m] - b * sin[m];
            x[at + m + pairs] = b * cos[m] + a * sin[m];
        }
    }

    static Tensor cast(CpuContext cpu, CpuScope f, Tensor x, DType dtype) {
        Tensor y = f.empty(dtype, Signatures.cast(x, dtype));
        MemorySegment xs = x.segment();
        MemorySegment ys = y.segment();
        if (x.dtype() == dtype && x.scale() == 1) {
            MemorySegment.copy(xs, 0, ys, 0, x.byteSize());
            return y;
        }
        Tensor flat = x.reshape(1, x.elements());
        Runs.forEachChunk(cpu, x.elements(), (from, n) -> {
            float[] run = cpu.floats().take(n);
            RowPacker.of(flat, cpu.runs()).pack(0, from, n, run, 0);
            narrow(run, n, ys, dtype, from);
            cpu.floats().give(run);
        });
        return y;
    }

    private static void narrow(float[] run, int n, MemorySegment to, DType dtype, long index) {
        switch (dtype) {
            case F32 -> Runs.store(run, 0, to, index, n);
            case F64 -> {
                for (int i = 0; i < n; i++) {
                    to.set(Tensor.DOUBLE, (index + i) * 8, run[i]);
                }
            }
            case F16 -> {
                for (int i = 0; i < n; i++) {
                    to.set(Tensor.SHORT, (index + i) * 2, Float.floatToFloat16(run[i]));
                }
            }
            case BF16 -> {
                for (int i = 0; i < n; i++) {
                    to.set(Tensor.SHORT, (index + i) * 2, ScalarMath.toBFloat16(run[i]));
                }
            }
            default -> throw new IllegalArgumentException("cast does not write " + dtype);
        }
    }

    static Tensor weightedSum(CpuContext cpu, CpuScope f, Tensor x, int axis, Tensor weights) {
        Tensor y = f.empty(DType.F32, Signatures.weightedSum(x, axis, weights));
        int a = x.shape().axis(axis);
        long c = x.dim(a);
        long outer = x.shape().product(0, a);
        long inner = x.shape().product(a + 1, x.rank());
        float[] w = weights.toFloats();
        MemorySegment xs = x.segment();
        MemorySegment ys = y.segment();
        int chunks = Math.toIntExact(Math.ceilDiv(inner, Runs.CHUNK));
        cpu.workers().parallelFor(Math.toIntExact(outer * chunks), task -> {
            long from = (long) (task % chunks) * Runs.CHUNK;
            int n = (int) Math.min(Runs.CHUNK, inner - from);
            float[] run = cpu.floats().take(n);
            double[] sum = new double[n];
            for (int j = 0; j < w.length; j++) {
                Runs.load(xs, ((long) (task / chunks) * c + j) * inner + from, run, n);
                for (int i = 0; i < n; i++) {
                    sum[i] += (double) w[j] * run[i];
                }
            }
            for (int i = 0; i < n; i++) {
                run[i] = (float) sum[i];
            }
            Runs.store(run, 0, ys, (long) (task / chunks) * inner + from, n);
            cpu.floats().give(run);
        });
        return y;
    }
}
