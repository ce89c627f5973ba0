package io.github.x2i4j.tools.encode;

import java.nio.ByteBuffer;

/**
 * Packs blocks of 256 values as ggml's Q4_K, Q5_K and Q6_K: sub-blocks have steps (and offsets) of their own, which are small
 * integers times the block's. The search is for the least squared error, first for each sub-block by itself, then once more among the
 * integers beside what was found.
 */
final class Blocks256Encoder {
    private static final int N = 256;
    private static final int SUB = 32;
    private static final int SUBS = N / SUB;
    private static final int MOST = 63;

    private static final int SUB6 = 16;
    private static final int SUBS6 = N / SUB6;
    private static final int LEVELS6 = 32;

    private Blocks256Encoder() {
    }

    static void q4k(float[] x, int from, int count, ByteBuffer to) {
        affine(x, from, count, to, 4);
    }

    static void q5k(float[] x, int from, int count, ByteBuffer to) {
        affine(x, from, count, to, 5);
    }

    private static void affine(float[] x, int from, int count, ByteBuffer to, int bits) {
        int levels = (1 << bits) - 1;
        AffineFit fit = new AffineFit(levels, true);
        float[] steps = new float[SUBS];
        float[] offsets = new float[SUBS];
        int[] sc = new int[SUBS];
        int[] m = new int[SUBS];
        int[] q = new int[N];
        for (int b = from; b < from + count; b += N) {
            float largestStep = 0;
            float largestOffset = 0;
            for (int s = 0; s < SUBS; s++) {
                fit.fit(x, b + s * SUB, SUB);
                steps[s] = fit.step();
                offsets[s] = -fit.offset();
                largestStep = Math.max(largestStep, steps[s]);
                largestOffset = Math.max(largestOffset, offsets[s]);
            }
            float d = Half.put(largestStep / MOST, to);
            float dmin = Half.put(largestOffset / MOST, to);
            for (int s = 0; s < SUBS; s++) {
                choose(x, b + s * SUB, d, dmin, steps[s], offsets[s], levels, sc, m, s);
                float step = d * sc[s];
                float inverse = step == 0 ? 0 : 1 / step;
                for (int i = 0; i < SUB; i++) {
                    q[s * SUB + i] = AffineFit.level(x[b + s * SUB + i], -dmin * m[s], inverse, levels);
                }
            }
            scales(sc, m, to);
            integers(q, bits, to);
        }
    }

    /** The integers for step and offset of a sub-block, of those beside the ones wanted. */
    private static void choose(float[] x, int from, float d, float dmin, float step, float offset, int levels, int[] sc, int[] m, int s) {
        int lowStep = d == 0 ? 0 : Math.min(MOST, (int) (step / d));
        int lowOffset = dmin == 0 ? 0 : Math.min(MOST, (int) (offset / dmin));
        float best = Float.POSITIVE_INFINITY;
        for (int c = lowStep; c <= Math.min(MOST, lowStep + 1); c++) {
            for (int o = lowOffset; o <= Math.min(MOST, lowOffset + 1); o++) {
                float e = error(x, from, d * c, -dmin * o, levels);
                if (e < best) {
                    best = e;
                    sc[s] = c;
                    m[s] = o;
                }
            }
        }
    }

    private static float error(float[] x, int from, float step, float offset, int levels) {
        float inverse = step == 0 ? 0 : 1 / step;
        float e = 0;
        for (int i = from; i < from + SUB; i++) {
            float r = x[i] - offset - step * AffineFit.level(x[i], offset, inverse, levels);
            e += r * r;
        }
        return e;
    }

    /** Eight pairs of 6 bits in 12 bytes: the first four whole, the upper bits of the others above them. */
    private static void scales(int[] sc, int[] m, ByteBuffer to) {
        for (int s = 0; s < 4; s++) {
            to.put((byte) (sc[s] | (sc[s + 4] >> 4) << 6));
        }
        for (int s = 0; s < 4; s++) {
            to.put((byte) (m[s] | (m[s + 4] >> 4) << 6));
        }
        for (int s = 4; s < SUBS; s++) {
            to.put((byte) (sc[s] & 15 | (m[s] & 15) << 4));
        }
    }

    /** Fifth bits, where there are any: bit s of byte i is that of element i of sub-block s; then two sub-blocks to 32 bytes. */
    private static void integers(int[] q, int bits, ByteBuffer to) {
        if (bits == 5) {
            for (int i = 0; i < SUB; i++) {
                int high = 0;
                for (int s = 0; s < SUBS; s++) {
                    high |= (q[s * SUB + i] >> 4) << s;
                }
                to.put((byte) high);
            }
        }
        for (int s = 0; s < SUBS; s += 2) {
            for (int i = 0; i < SUB; i++) {
                to.put((byte) (q[s * SUB + i] & 15 | (q[(s + 1) * SUB + i] & 15) << 4));
            }
        }
    }

    static void q6k(float[] x, int from, int count, ByteBuffer to) {
        float[] steps = new float[SUBS6];
        byte[] scale = new byte[SUBS6];
        int[] q = new int[N];
        for (int b = from; b < from + count; b += N) {
            float largest = 0;
            for (int s = 0; s < SUBS6; s++) {
                steps[s] = SymmetricFit.step(x, b + s * SUB6, SUB6, LEVELS6);
                largest = Math.abs(steps[s]) > Math.abs(largest) ? steps[s] : largest;
            }
            float d = largest == 0 ? 0 : Half.round(-largest / 128);
            for (int s = 0; s < SUBS6; s++) {
                scale[s] = choose6(x, b + s * SUB6, d, steps[s]);
                float inverse = d * scale[s] == 0 ? 0 : 1 / (d * scale[s]);
                for (int i = 0; i < SUB6; i++) {
                    q[s * SUB6 + i] = SymmetricFit.level(x[b + s * SUB6 + i], inverse, LEVELS6) + LEVELS6;
                }
            }
            integers6(q, to);
            to.put(scale);
            Half.put(d, to);
        }
    }

    private static byte choose6(float[] x, int from, float d, float step) {
        if (d == 0) {
            return 0;
        }
        int low = (int) Math.floor(Math.clamp(step / d, -128, 127));
        float best = Float.POSITIVE_INFINITY;
        int chosen = 0;
        for (int c = low; c <= Math.min(127, low + 1); c++) {
            float s = d * c;
            float inverse = s == 0 ? 0 : 1 / s;
            float e = 0;
            for (int i = from; i < from + SUB6; i++) {
                float r = x[i] - s * SymmetricFit.level(x[i], inverse, LEVELS6);
                e += r * r;
            }
            if (e < best) {
                best = e;
                chosen = c;
            }
        }
        return (byte) chosen;
    }

    /** Lower four bits of all 256, then the upper two; in each half of 128, four groups of 32 share their bytes. */
    private static void integers6(int[] q, ByteBuffer to) {
        for (int h = 0; h < N; h += 128) {
            for (int i = 0; i < 64; i++) {
                to.put((byte) (q[h + i] & 15 | (q[h + 64 + i] & 15) << 4));
            }
        }
        for (int h = 0; h < N; h += 128) {
            for (int i = 0; i < 32; i++) {
                to.put((byte) (q[h + i] >> 4 | q[h + 32 + i] >> 4 << 2 | q[h + 64 + i] >> 4 << 4 | q[h + 96 + i] >> 4 << 6));
            }
        }
    }
}
