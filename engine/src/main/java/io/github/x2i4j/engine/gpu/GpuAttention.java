package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.engine.ops.Signatures;
import java.lang.foreign.MemorySegment;

/** Attention with an online softmax. */
final class GpuAttention {
    /** {@code QUERIES} of the source. */
    private static final int QUERIES = 16;
    /** Most channels of a value that each variant of the kernel takes. */
    private static final int[] VARIANTS = {64, 128, 512};

    private GpuAttention() {
    }

    static Tensor run(Gpu gpu, GpuScope f, Tensor q, Tensor k, Tensor v, float scale, AttentionMask mask, Tensor bias) {
        Tensor y = f.empty(DType.F32, Signatures.attention(q, k, v, mask, bias));
        if (y.elements() == 0) {
            return y;
        }
        long sq = q.dim(1);
        long ranges = mask instanceof AttentionMask.Ranges r ? upload(gpu, r, (int) sq) : 0;
        int kind = switch (mask) {
            case AttentionMask.Full _ -> 0;
            case AttentionMask.Causal _ -> 1;
            case AttentionMask.Ranges _ -> 2;
        };
        long[] operands = {gpu.address(q), gpu.address(k), gpu.address(v), gpu.address(y), gpu.addressOrNull(bias),
            ranges, ranges + sq * Integer.BYTES, sq, k.dim(1), q.dim(2),
            k.dim(2), q.dim(3), v.dim(3), kind, mask instanceof AttentionMask.Causal c ? c.offset() : 0,
            Float.floatToRawIntBits(scale) & 0xFFFFFFFFL};
        gpu.launch("attention", "attention_" + variant(v.dim(3)),
                new Grid(Math.ceilDiv(sq, QUERIES), q.dim(2), q.dim(0), Kernels.THREADS), a -> a.add(operands));
        return y;
    }

    private static int variant(long channels) {
        for (int most : VARIANTS) {
            if (channels <= most) {
                return most;
            }
        }
        throw new UnsupportedFeatureException("the GPU's attention takes heads of at most " + VARIANTS[VARIANTS.length - 1]
                + " channels, not " + channels + "; use the CPU (--device cpu)");
    }

    /** Begins and behind them ends. */
    private static long upload(Gpu gpu, AttentionMask.Ranges ranges, int sq) {
        long bytes = (long) sq * Integer.BYTES;
        long copy = gpu.scratch(2 * bytes);
        gpu.upload(copy, MemorySegment.ofArray(ranges.begins()).asSlice(0, bytes));
        gpu.upload(copy + bytes, MemorySegment.ofArray(ranges.ends()).asSlice(0, bytes));
        return copy;
    }
}
