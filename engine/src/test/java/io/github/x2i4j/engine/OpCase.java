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

    interface Body {
        Result run(Scope f, Operands in);
    }

    /** Output of an op and of its oracle. */
    record Result(Tensor got, double[] want) {
    }

    Result run(Scope f) {
        return body.run(f, new Operands(new Random(SEED + name.hashCode())));
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
