package io.github.x2i4j.engine.cpu;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.RopeStyle;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import java.lang.foreign.MemorySegment;

/** Element-wise ops. */
final class Elementwise {
    private static final int CHUNK = 1 << 14;

    private Elementwise() {
    }

    private interface Function {
        float apply(float a, float b);
    }

    static Tensor activation(CpuContext cpu, CpuScope f, Tensor x, Activation activation) {
        return map("activation", cpu, f, x, x, (a, b) -> Functions.apply(activation, a));
    }

    static Tensor add(CpuContext cpu, CpuScope f, Tensor a, Tensor b) {
        return map("add", cpu, f, a, b, (p, q) -> p + q);
    }

    static Tensor mul(CpuContext cpu, CpuScope f, Tensor a, Tensor b) {
        return map("mul", cpu, f, a, b, (p, q) -> p * q);
    }

    static Tensor addScaled(CpuContext cpu, CpuScope f, Tensor a, float factor, Tensor b) {
        Checks.sameShape("addScaled", a, b);
        return map("addScaled", cpu, f, a, b, (p, q) -> Math.fma(factor, q, p));
    }

    static Tensor affine(CpuContext cpu, CpuScope f, Tensor x, float factor, float offset) {
        return map("affine", cpu, f, x, x, (a, b) -> Math.fma(a, factor, offset));
    }

    private static Tensor map(String op, CpuContext cpu, CpuScope f, Tensor a, Tensor b, Function function) {
        Checks.f32(op, a);
        Checks.f32(op, b);
        int lead = a.rank() - b.rank();
        boolean trailing = lead >= 0;
        for (int i = 0; trailing && i < b.rank(); i++) {
            trailing = a.dim(lead + i) == b.dim(i);
        }
        boolean fits = trailing;
        Checks.that(fits, () -> op + ": " + b + " is no trailing part of " + a);
        Tensor y = f.empty(DType.F32, a.shape());
        MemorySegment as = a.segment();
        MemorySegment bs = b.segment();
        MemorySegment ys = y.segment();
        long n = a.elements();
        long period = b.elements();
        cpu.workers().parallelFor(Math.toIntExact(Math.ceilDiv(n, CHUNK)), task -> {
            for (long i = (long) task * CHUNK; i < Math.min(n, (task + 1L) * CHUNK); i++) {
                ys.set(Tensor.FLOAT, i * 4, function.apply(as.get(Tensor.FLOAT, i * 4), bs.get(Tensor.FLOAT, i % period * 4)));
            }
        });
        return y;
    }

    static Tensor rope(CpuContext cpu, CpuScope f, Tensor x, Tensor cos, Tensor sin, RopeStyle style) {
        Checks.f32("rope", x);
        Checks.rank("rope", x, 4);
        Checks.that(x.dim(3) % 2 == 0, () -> "rope needs an even number of channels, not " + x);
        long s = x.dim(1);
        long heads = x.dim(2);
        int half = Math.toIntExact(x.dim(3) / 2);
        Checks.shape("rope", "cos", cos, s, half);
        Checks.shape("rope", "sin", sin, s, half);
        Tensor y = f.empty(DType.F32, x.shape());
        MemorySegment xs = x.segment();
        MemorySegment ys = y.segment();
        MemorySegment cs = cos.segment();
        MemorySegment ss = sin.segment();
        int step = style == RopeStyle.INTERLEAVED ? 2 : 1;
        int apart = style == RopeStyle.INTERLEAVED ? 1 : half;
        cpu.workers().parallelFor(Math.toIntExact(x.dim(0) * s), task -> {
            long angle = task % s * half * 4;
            for (long h = 0; h < heads; h++) {
                long at = (task * heads + h) * half * 2;
                for (int m = 0; m < half; m++) {
                    float c = cs.get(Tensor.FLOAT, angle + m * 4L);
                    float t = ss.get(Tensor.FLOAT, angle + m * 4L);
                    long p = (at + (long) m * step) * 4;
                    float a = xs.get(Tensor.FLOAT, p);
                    float b = xs.get(Tensor.FLOAT, p + apart * 4L);
                    ys.set(Tensor.FLOAT, p, a * c - b * t);
                    ys.set(Tensor.FLOAT, p + apart * 4L, b * c + a * t);
                }
            }
        });
        return y;
    }

    static Tensor cast(CpuContext cpu, CpuScope f, Tensor x, DType dtype) {
        Checks.that(x.dtype().isFloat() && dtype.isFloat(), () -> "cast works between floating-point types, not " + x + " to " + dtype);
        Tensor y = f.empty(dtype, x.shape());
        if (x.dtype() == dtype) {
            MemorySegment.copy(x.segment(), 0, y.segment(), 0, x.byteSize());
            return y;
        }
        MemorySegment xs = x.segment();
        MemorySegment ys = y.segment();
        long n = x.elements();
        cpu.workers().parallelFor(Math.toIntExact(Math.ceilDiv(n, CHUNK)), task -> {
            for (long i = (long) task * CHUNK; i < Math.min(n, (task + 1L) * CHUNK); i++) {
                narrow(ys, dtype, i, wide(xs, x.dtype(), i));
            }
        });
        return y;
    }

    private static double wide(MemorySegment s, DType dtype, long i) {
        return switch (dtype) {
            case F64 -> s.get(Tensor.DOUBLE, i * 8);
            case F32 -> s.get(Tensor.FLOAT, i * 4);
            case F16 -> Float.float16ToFloat(s.get(Tensor.SHORT, i * 2));
            case BF16 -> Float.intBitsToFloat(s.get(Tensor.SHORT, i * 2) << 16);
            default -> throw new IllegalArgumentException(dtype + " holds no real numbers");
        };
    }

    private static void narrow(MemorySegment s, DType dtype, long i, double value) {
        switch (dtype) {
            case F64 -> s.set(Tensor.DOUBLE, i * 8, value);
            case F32 -> s.set(Tensor.FLOAT, i * 4, (float) value);
            case F16 -> s.set(Tensor.SHORT, i * 2, Float.floatToFloat16((float) value));
            case BF16 -> s.set(Tensor.SHORT, i * 2, bfloat16((float) value));
            default -> throw new IllegalArgumentException(dtype + " holds no real numbers");
        }
    }

    /** Rounded to nearest even; a NaN stays one. */
    static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }

    static Tensor weightedSum(CpuContext cpu, CpuScope f, Tensor x, int axis, Tensor weights) {
        Checks.f32("weightedSum", x);
        int a = x.shape().axis(axis);
        long c = x.dim(a);
        Checks.shape("weightedSum", "weights", weights, c);
        long outer = x.shape().product(0, a);
        long inner = x.shape().product(a + 1, x.rank());
        long[] dims = new long[x.rank() - 1];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = x.dim(i < a ? i : i + 1);
        }
        Tensor y = f.empty(DType.F32, Shape.of(dims));
        MemorySegment xs = x.segment();
        MemorySegment ys = y.segment();
        long n = outer * inner;
        cpu.workers().parallelFor(Math.toIntExact(Math.ceilDiv(n, 1024)), task -> {
            for (long i = task * 1024L; i < Math.min(n, (task + 1L) * 1024); i++) {
                double sum = 0;
                long at = i / inner * c * inner + i % inner;
                for (long j = 0; j < c; j++) {
                    sum += (double) weights.getFloat(j) * xs.get(Tensor.FLOAT, (at + j * inner) * 4);
                }
                ys.set(Tensor.FLOAT, i * 4, (float) sum);
            }
        });
        return y;
    }
}
