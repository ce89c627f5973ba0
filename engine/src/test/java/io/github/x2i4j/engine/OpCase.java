package io.github.x2i4j.engine;

import java.util.Random;

/**
 * One op on operands of one size. Its operands come from a generator with a fixed seed, so that all implementations see the same.
 *
 * @param name op, sizes and dtypes
 * @param terms number of terms in a sum, which the bound grows with
 * @param body runs the op and its oracle
 */
record OpCase(String name, long terms, Body body) {
    static final long SEED = 20250306;
    /** Relative error in the L2 norm that a sum of 1024 products may have; widened operands are exact, so it is the same for all dtypes. */
    private static final double BOUND = 2e-6;
    private static final double LEAST_BOUND = 1e-6;

    interface Body {
        Result run(Scope f, Operands in);
    }

    /** Output of an op and of its oracle. */
    record Result(Tensor got, double[] want) {
    }

    Result run(Scope f) {
        return body.run(f, new Operands(new Random(SEED + name.hashCode())));
    }

    /**
     * Compares a result with the definition.
     *
     * @return the relative error in the L2 norm
     * @throws AssertionError if it is above the bound of this op, or a single element is off by ten times that
     */
    double compare(Shape shape, float[] got, double[] want) {
        that(got.length == want.length, "%d elements of %s instead of %d", got.length, name, want.length);
        double bound = Math.max(LEAST_BOUND, BOUND * Math.sqrt(terms / 1024.0));
        double norm = 0;
        double error = 0;
        for (int i = 0; i < got.length; i++) {
            norm += want[i] * want[i];
            error += (got[i] - want[i]) * (got[i] - want[i]);
        }
        norm = Math.max(norm, 1e-6 * got.length);
        double typical = Math.sqrt(norm / got.length);
        for (int i = 0; i < got.length; i++) {
            // A single element may be off by more than the root mean square.
            double off = Math.abs(got[i] - want[i]) / Math.max(typical, Math.abs(want[i]));
            that(off < 10 * bound, "%s (seed %d): element %d of %s is %s, expected %s", name, SEED, i, shape, got[i], want[i]);
        }
        double relative = Math.sqrt(error / norm);
        that(got.length == 0 || relative < bound, "%s (seed %d): relative error %s, at most %s", name, SEED, relative, bound);
        return relative;
    }

    private static void that(boolean holds, String message, Object... values) {
        if (!holds) {
            throw new AssertionError(message.formatted(values));
        }
    }

    /** Random operands. */
    static final class Operands {
        private final Random random;

        Operands(Random random) {
            this.random = random;
        }

        /** Normally distributed. */
        float[] normal(int n) {
            float[] x = new float[n];
            for (int i = 0; i < n; i++) {
                x[i] = (float) random.nextGaussian();
            }
            return x;
        }

        /** The bytes of {@code n} elements of a dtype: numbers of moderate size where they may be any, and no NaN. */
        byte[] blocks(int n, DType dtype) {
            byte[] bytes = new byte[Math.toIntExact(dtype.bytes(n))];
            random.nextBytes(bytes);
            int[] halves = switch (dtype) {
                case Q4_1, Q5_1, Q4_K, Q5_K -> new int[] {0, 2};
                case Q2_K -> new int[] {80, 82};
                case Q3_K -> new int[] {108};
                case Q6_K -> new int[] {208};
                case Q4_0, Q5_0, Q8_0 -> new int[] {0};
                default -> new int[0];
            };
            int size = dtype.blockBytes();
            for (int at = 0; at < bytes.length; at += size) {
                for (int half : halves) {
                    short d = Float.floatToFloat16((float) random.nextGaussian() * 0.1f);
                    bytes[at + half] = (byte) d;
                    bytes[at + half + 1] = (byte) (d >> 8);
                }
                if (size <= 2) {
                    bytes[at + size - 1] &= (byte) 0xBF; // exponents below the largest
                }
            }
            return bytes;
        }

        /** Normally distributed and exactly representable in a dtype. */
        float[] normal(int n, DType dtype) {
            float[] x = normal(n);
            for (int i = 0; i < n; i++) {
                x[i] = switch (dtype) {
                    case F16 -> Float.float16ToFloat(Float.floatToFloat16(x[i]));
                    case BF16 -> Float.intBitsToFloat(Float.floatToRawIntBits(x[i]) & 0xFFFF0000);
                    default -> x[i];
                };
            }
            return x;
        }
    }
}
