package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.X2iException;
import java.util.ArrayList;
import java.util.List;

/**
 * Tries kernels of attention on a small input before they are relied on, against the plain one. An error in a kernel makes its context
 * unusable, so the trial has a context of its own, which is gone before the device's work begins.
 */
final class AttentionTrial {
    private static final int HOPPER = 90;
    private static final int QUERIES = 200;
    private static final int KEYS = 300;
    private static final int HEADS = 2;
    private static final int CHANNELS = 128;
    /** Relative difference in the L2 norm. Factors are given as BF16 holds them; the softmax, rounded to it, makes some 1e-3. */
    private static final double BOUND = 5e-3;

    private AttentionTrial() {
    }

    /**
     * What may be used.
     *
     * @param notes why others may not, for people
     */
    record Result(AttentionKernel best, List<String> notes) {
    }

    static Result run(CudaApi api, DeviceInfo device, Precision precision) {
        List<String> notes = new ArrayList<>();
        AttentionKernel best = AttentionKernel.PLAIN;
        if (precision == Precision.F32) {
            return new Result(best, notes);
        }
        List<AttentionKernel> candidates = device.capability() == HOPPER ? List.of(AttentionKernel.TENSOR, AttentionKernel.HOPPER)
                : List.of(AttentionKernel.TENSOR);
        try (Gpu gpu = Gpu.apart(api, device, precision)) {
            float[] want = compute(gpu, AttentionKernel.PLAIN);
            for (AttentionKernel candidate : candidates) {
                double off = difference(compute(gpu, candidate), want);
                // Not a number is no agreement either.
                if (!(off <= BOUND)) {
                    notes.add("attention " + candidate.label() + " is not used: in a trial its results were off by " + (float) off);
                    break;
                }
                best = candidate;
            }
        } catch (X2iException e) {
            notes.add("attention is computed by the kernel " + best.label() + ", no better: a trial failed: " + e.getMessage());
            return new Result(best, notes);
        }
        notes.add("attention is computed by the kernel " + best.label());
        return new Result(best, notes);
    }

    private static float[] compute(Gpu gpu, AttentionKernel kernel) {
        gpu.useAttention(kernel);
        try (Scope f = new GpuScope(gpu, null)) {
            Tensor q = f.floats(numbers(QUERIES * HEADS * CHANNELS, 1), 1, QUERIES, HEADS, CHANNELS);
            Tensor k = f.floats(numbers(KEYS * CHANNELS, 2), 1, KEYS, 1, CHANNELS);
            Tensor v = f.floats(numbers(KEYS * CHANNELS, 3), 1, KEYS, 1, CHANNELS);
            return f.attention(q, k, v, 0.1f, new AttentionMask.Full(KEYS), null).toFloats();
        }
    }

    /** Multiples of 1/16 between -2 and 2, from a linear congruential generator (Knuth, MMIX). */
    static float[] numbers(int n, long seed) {
        float[] x = new float[n];
        long state = seed;
        for (int i = 0; i < n; i++) {
            state = state * 6364136223846793005L + 1442695040888963407L;
            x[i] = (state >> 58) / 16f;
        }
        return x;
    }

    static double difference(float[] got, float[] want) {
        double norm = 0;
        double error = 0;
        for (int i = 0; i < want.length; i++) {
            norm += (double) want[i] * want[i];
            error += ((double) got[i] - want[i]) * ((double) got[i] - want[i]);
        }
        return Math.sqrt(error / norm);
    }
}
