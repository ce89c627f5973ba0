package io.github.x2i4j.tools.make;

import io.github.x2i4j.engine.Shape;
import java.nio.charset.StandardCharsets;

/**
 * Random weights of one tensor. A value depends on seed, name and position alone, so a tensor is the same whatever else is made,
 * in whichever pieces and threads.
 *
 * <p>Values are nearly normal (sums of four uniform numbers), scaled so that what flows through a network stays of the size of 1:
 * a matrix or kernel by the root of its inputs; norms lie around 1, biases around 0.
 */
final class RandomValues {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    /** Mean and standard deviation of the sum of four numbers from 0 to 65535. */
    private static final double MEAN = 4 * 65535 / 2.0;
    private static final double DEVIATION = Math.sqrt(4 * (65536.0 * 65536.0 - 1) / 12);
    private static final double SMALL = 0.02;

    private final long key;
    private final float centre;
    private final float scale;

    RandomValues(long seed, String name, Shape shape) {
        long k = mix(seed + GOLDEN);
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            k = mix(k + b + GOLDEN);
        }
        key = k;
        boolean bias = name.endsWith("bias");
        boolean norm = shape.rank() == 1 && !bias;
        centre = norm ? 1 : 0;
        double deviation = shape.rank() == 1 ? SMALL : 1 / Math.sqrt(Math.max(1, shape.product(1, shape.rank())));
        scale = (float) (deviation / DEVIATION);
    }

    /** Values {@code first} and following of the tensor. */
    void fill(long first, int count, float[] out, int from) {
        for (int i = 0; i < count; i++) {
            long bits = mix(key + (first + i + 1) * GOLDEN);
            long sum = (bits & 0xFFFF) + (bits >>> 16 & 0xFFFF) + (bits >>> 32 & 0xFFFF) + (bits >>> 48);
            out[from + i] = centre + (float) (sum - MEAN) * scale;
        }
    }

    /** The output function of SplitMix64 (Steele, Lea, Flood 2014). */
    private static long mix(long z) {
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
