package io.github.x2i4j.engine.format;

/**
 * The types with blocks of 32 elements: an F16 scale d, an F16 offset m where the name ends in 1, and the numbers q.
 *
 * <pre>
 * Q4_0  d, 16 bytes             (q - 8) d     byte i: low nibble is element i, high nibble is element 16 + i
 * Q4_1  d, m, 16 bytes          q d + m
 * Q5_0  d, 32 bits, 16 bytes    (q - 16) d    bit j of the 32 is bit 4 of element j
 * Q5_1  d, m, 32 bits, 16 bytes q d + m
 * Q8_0  d, 32 signed bytes      q d
 * </pre>
 */
final class Blocks32 {
    private static final int N = 32;
    private static final int HALF = 16;

    private Blocks32() {
    }

    /** The F16 at {@code from[at]}. */
    static float half(byte[] from, int at) {
        return Float.float16ToFloat((short) (from[at] & 0xFF | from[at + 1] << 8));
    }

    static void q80(byte[] from, int at, int blocks, float[] to, int toAt) {
        for (int b = 0; b < blocks; b++, at += 34, toAt += N) {
            float d = half(from, at);
            for (int i = 0; i < N; i++) {
                to[toAt + i] = from[at + 2 + i] * d;
            }
        }
    }

    static void q40(byte[] from, int at, int blocks, float[] to, int toAt) {
        for (int b = 0; b < blocks; b++, at += 18, toAt += N) {
            float d = half(from, at);
            for (int i = 0; i < HALF; i++) {
                int q = from[at + 2 + i];
                to[toAt + i] = ((q & 15) - 8) * d;
                to[toAt + HALF + i] = ((q >> 4 & 15) - 8) * d;
            }
        }
    }

    static void q41(byte[] from, int at, int blocks, float[] to, int toAt) {
        for (int b = 0; b < blocks; b++, at += 20, toAt += N) {
            float d = half(from, at);
            float m = half(from, at + 2);
            for (int i = 0; i < HALF; i++) {
                int q = from[at + 4 + i];
                to[toAt + i] = (q & 15) * d + m;
                to[toAt + HALF + i] = (q >> 4 & 15) * d + m;
            }
        }
    }

    static void q50(byte[] from, int at, int blocks, float[] to, int toAt) {
        for (int b = 0; b < blocks; b++, at += 22, toAt += N) {
            float d = half(from, at);
            int high = bits(from, at + 2);
            for (int i = 0; i < HALF; i++) {
                int q = from[at + 6 + i];
                to[toAt + i] = ((q & 15 | (high >>> i & 1) << 4) - 16) * d;
                to[toAt + HALF + i] = ((q >> 4 & 15 | (high >>> HALF + i & 1) << 4) - 16) * d;
            }
        }
    }

    static void q51(byte[] from, int at, int blocks, float[] to, int toAt) {
        for (int b = 0; b < blocks; b++, at += 24, toAt += N) {
            float d = half(from, at);
            float m = half(from, at + 2);
            int high = bits(from, at + 4);
            for (int i = 0; i < HALF; i++) {
                int q = from[at + 8 + i];
                to[toAt + i] = (q & 15 | (high >>> i & 1) << 4) * d + m;
                to[toAt + HALF + i] = (q >> 4 & 15 | (high >>> HALF + i & 1) << 4) * d + m;
            }
        }
    }

    private static int bits(byte[] from, int at) {
        return from[at] & 0xFF | (from[at + 1] & 0xFF) << 8 | (from[at + 2] & 0xFF) << 16 | from[at + 3] << 24;
    }
}
