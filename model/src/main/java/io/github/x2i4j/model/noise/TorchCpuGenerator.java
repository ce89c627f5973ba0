package io.github.x2i4j.model.noise;

import io.github.x2i4j.engine.DType;

/**
 * Normal random numbers as {@code torch.randn} makes them on the CPU (release 2.13) with
 * {@code torch.Generator("cpu").manual_seed(seed)}: a Mersenne twister and the Box-Muller transform. The values agree with the
 * x86 build to 2.4e-7, since that approximates the logarithm and the trigonometric functions by polynomials.
 *
 * <p>One generator keeps its position between calls. It is used by one thread at a time.
 */
public final class TorchCpuGenerator implements NormalGenerator {
    private static final int BLOCK = 16;
    private static final double TO_UNIT_53 = 0x1p-53;
    private static final float TO_UNIT_24 = 0x1p-24f;

    private final MersenneTwister twister;
    private double cached;
    private boolean hasCached;

    /** Only the low 32 bits of the seed matter, as in the reference. */
    public TorchCpuGenerator(long seed) {
        twister = new MersenneTwister((int) seed);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Requests of fewer than 16 numbers, longer ones of float32, and longer ones of the 16-bit types draw differently.
     */
    @Override
    public float[] normal(long elements, DType dtype) {
        float[] out = NormalGenerator.array(elements, dtype);
        if (out.length < BLOCK) {
            for (int i = 0; i < out.length; i++) {
                out[i] = (float) nextDouble();
            }
        } else {
            int full = out.length - out.length % BLOCK;
            uniform(out, 0, dtype == DType.F32 ? out.length : full);
            for (int i = 0; i < full; i += BLOCK) {
                boxMuller(out, i);
            }
            if (full < out.length) { // the last 16 elements are drawn again, part of the last full block among them
                uniform(out, out.length - BLOCK, out.length);
                boxMuller(out, out.length - BLOCK);
            }
        }
        NormalGenerator.round(out, dtype);
        return out;
    }

    /** One of a pair of normal numbers; the other is kept for the next request, also one of a later call. */
    private double nextDouble() {
        if (hasCached) {
            hasCached = false;
            return cached;
        }
        double u1 = nextUnit();
        double u2 = nextUnit();
        double r = Math.sqrt(-2 * Math.log1p(-u2));
        double theta = 2 * Math.PI * u1;
        cached = r * Math.sin(theta);
        hasCached = true;
        return r * Math.cos(theta);
    }

    private double nextUnit() {
        long high = twister.next();
        long low = twister.next() & 0xFFFFFFFFL;
        return ((high << 32 | low) & (1L << 53) - 1) * TO_UNIT_53;
    }

    private void uniform(float[] out, int from, int to) {
        for (int i = from; i < to; i++) {
            out[i] = (twister.next() & 0xFFFFFF) * TO_UNIT_24;
        }
    }

    private static void boxMuller(float[] out, int from) {
        for (int j = from; j < from + BLOCK / 2; j++) {
            float r = (float) Math.sqrt(-2 * (float) Math.log(1 - out[j]));
            float theta = 2 * (float) Math.PI * out[j + BLOCK / 2];
            out[j] = r * (float) Math.cos(theta);
            out[j + BLOCK / 2] = r * (float) Math.sin(theta);
        }
    }
}
