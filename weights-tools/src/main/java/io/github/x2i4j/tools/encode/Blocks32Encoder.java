package io.github.x2i4j.tools.encode;

import java.nio.ByteBuffer;

/** Packs blocks of 32 values as ggml's Q8_0, Q4_0, Q4_1, Q5_0 and Q5_1: one step, for the _1 types an offset, and an integer each. */
final class Blocks32Encoder {
    private static final int N = 32;

    private Blocks32Encoder() {
    }

    static void q80(float[] x, int from, int count, ByteBuffer to) {
        for (int b = from; b < from + count; b += N) {
            float largest = 0;
            for (int i = b; i < b + N; i++) {
                largest = Math.max(largest, Math.abs(x[i]));
            }
            float d = Half.put(largest / 127, to);
            float inverse = d == 0 ? 0 : 1 / d;
            for (int i = b; i < b + N; i++) {
                to.put((byte) Math.clamp(Math.round(x[i] * inverse), -127, 127));
            }
        }
    }

    static void q40(float[] x, int from, int count, ByteBuffer to) {
        symmetric(x, from, count, to, 4);
    }

    static void q50(float[] x, int from, int count, ByteBuffer to) {
        symmetric(x, from, count, to, 5);
    }

    static void q41(float[] x, int from, int count, ByteBuffer to) {
        affine(x, from, count, to, 4);
    }

    static void q51(float[] x, int from, int count, ByteBuffer to) {
        affine(x, from, count, to, 5);
    }

    private static void symmetric(float[] x, int from, int count, ByteBuffer to, int bits) {
        int levels = 1 << bits - 1;
        int[] q = new int[N];
        for (int b = from; b < from + count; b += N) {
            float d = Half.put(SymmetricFit.step(x, b, N, levels), to);
            float inverse = d == 0 ? 0 : 1 / d;
            for (int i = 0; i < N; i++) {
                q[i] = SymmetricFit.level(x[b + i], inverse, levels) + levels;
            }
            integers(q, bits, to);
        }
    }

    private static void affine(float[] x, int from, int count, ByteBuffer to, int bits) {
        int levels = (1 << bits) - 1;
        AffineFit fit = new AffineFit(levels, false);
        int[] q = new int[N];
        for (int b = from; b < from + count; b += N) {
            fit.fit(x, b, N);
            float d = Half.put(fit.step(), to);
            float offset = Half.put(fit.offset(), to);
            float inverse = d == 0 ? 0 : 1 / d;
            for (int i = 0; i < N; i++) {
                q[i] = AffineFit.level(x[b + i], offset, inverse, levels);
            }
            integers(q, bits, to);
        }
    }

    /** The fifth bits of all, where there are any, then the lower four: element i beside element i + 16. */
    private static void integers(int[] q, int bits, ByteBuffer to) {
        if (bits == 5) {
            int high = 0;
            for (int i = 0; i < N; i++) {
                high |= (q[i] >> 4) << i;
            }
            to.putInt(high);
        }
        for (int i = 0; i < N / 2; i++) {
            to.put((byte) (q[i] & 15 | (q[i + N / 2] & 15) << 4));
        }
    }
}
