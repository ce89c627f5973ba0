package io.github.x2i4j.engine.cpu;

import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.context.CpuContext;
import io.github.x2i4j.engine.kernel.RunKernels;
import java.lang.foreign.MemorySegment;

/**
 * The last part of an epilogue, {@code y = residual + gate * (z * multiplier)}, on runs of neighbouring elements of the output. Bias
 * and activation have been applied before.
 */
final class RunStore {
    private final CpuContext cpu;
    private final MemorySegment y;
    private final MemorySegment multiplier;
    private final MemorySegment gate;
    private final MemorySegment residual;

    RunStore(CpuContext cpu, Tensor y, Epilogue epilogue) {
        this.cpu = cpu;
        this.y = y.segment();
        multiplier = segment(epilogue.multiplier());
        gate = segment(epilogue.gate());
        residual = segment(epilogue.residual());
    }

    private static MemorySegment segment(Tensor t) {
        return t == null ? null : t.segment();
    }

    /** Finishes {@code z[at .. at + n]}, elements {@code index} and following of the output, and writes them there. */
    void store(float[] z, int at, int n, long index, long gateIndex) {
        if (multiplier != null || gate != null || residual != null) {
            RunKernels kernels = cpu.runs();
            float[] p = cpu.floats().take(n);
            float[] q = cpu.floats().take(n);
            if (multiplier != null) {
                kernels.mul(z, at, Runs.load(multiplier, index, p, n), 0, n);
            }
            if (gate != null && residual != null) {
                kernels.mulAdd(z, at, Runs.load(gate, gateIndex, p, n), 0, Runs.load(residual, index, q, n), 0, n);
            } else if (gate != null) {
                kernels.mul(z, at, Runs.load(gate, gateIndex, p, n), 0, n);
            } else if (residual != null) {
                kernels.add(z, at, Runs.load(residual, index, p, n), 0, n);
            }
            cpu.floats().give(p, q);
        }
        MemorySegment.copy(z, at, y, Tensor.FLOAT, index * Float.BYTES, n);
    }
}
