package io.github.x2i4j.engine.cpu;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import java.lang.foreign.MemorySegment;

/** Matrix products with a weight. */
final class LinearOp {
    private LinearOp() {
    }

    static Tensor run(CpuContext cpu, CpuScope f, Tensor x, Tensor weight, Tensor bias, Epilogue epilogue) {
        Checks.f32("linear", x);
        Checks.rank("linear weight", weight, 2);
        Checks.that(weight.dtype().isFloat(), () -> "linear needs a floating-point weight, not " + weight);
        Checks.that(x.rank() >= 1 && x.dim(-1) == weight.dim(1), () -> "linear: x " + x + " does not fit weight " + weight);
        int k = Math.toIntExact(weight.dim(1));
        long n = weight.dim(0);
        Shape out = x.shape().with(-1, n);
        long rows = out.product(0, out.rank() - 1);
        Checks.shape("linear", "bias", bias, n);
        Checks.shape("linear", "multiplier", epilogue.multiplier(), out.toArray());
        Checks.shape("linear", "residual", epilogue.residual(), out.toArray());
        Checks.shape("linear", "gate", epilogue.gate(), out.rank() > 1 ? out.dim(0) : 1, n);
        long rowsPerGate = out.rank() > 1 ? out.product(1, out.rank() - 1) : 1;

        Tensor y = f.empty(DType.F32, out);
        MemorySegment xs = x.segment();
        MemorySegment ys = y.segment();
        int block = 16;
        cpu.workers().parallelFor(Math.toIntExact(Math.ceilDiv(n, block)), task -> {
            float[] w = new float[k];
            float[] row = new float[k];
            MemorySegment ws = weight.segment();
            for (long j = (long) task * block; j < Math.min(n, (task + 1L) * block); j++) {
                Widen.row(weight.dtype(), ws, j * k, w, k);
                float b = bias == null ? 0 : bias.getFloat(j);
                for (long i = 0; i < rows; i++) {
                    MemorySegment.copy(xs, Tensor.FLOAT, i * k * 4, row, 0, k);
                    float z = b + dot(row, w, k);
                    ys.set(Tensor.FLOAT, (i * n + j) * 4, finish(epilogue, z, i * n + j, i / rowsPerGate * n + j));
                }
            }
        });
        return y;
    }

    static float finish(Epilogue e, float z, long index, long gateIndex) {
        float y = Functions.apply(e.activation(), z);
        if (e.multiplier() != null) {
            y *= e.multiplier().getFloat(index);
        }
        if (e.gate() != null) {
            y *= e.gate().getFloat(gateIndex);
        }
        return e.residual() == null ? y : y + e.residual().getFloat(index);
    }

    static float dot(float[] a, float[] b, int n) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        int i = 0;
        for (; i + 3 < n; i += 4) {
            s0 = Math.fma(a[i], b[i], s0);
            s1 = Math.fma(a[i + 1], b[i + 1], s1);
            s2 = Math.fma(a[i + 2], b[i + 2], s2);
            s3 = Math.fma(a[i + 3], b[i + 3], s3);
        }
        for (; i < n; i++) {
            s0 = Math.fma(a[i], b[i], s0);
        }
        return s0 + s1 + (s2 + s3);
    }
}
