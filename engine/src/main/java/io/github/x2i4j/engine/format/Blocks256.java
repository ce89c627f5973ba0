package io.github.x2i4j.engine.format;

import static io.github.x2i4j.engine.format.Blocks32.half;

/**
 * The types with blocks of 256 elements ("K-quants"): F16 scales of the block, narrow scales of its parts, and the numbers q.
 *
 * <pre>
 * Q2_K  16 bytes s, 64 bytes of two bits, d, dmin                     d (s &amp; 15) q - dmin (s >> 4)    parts of 16
 * Q3_K  32 bytes of one bit, 64 bytes of two bits, 12 bytes s, d      d s (q - 4 unless the bit is set)   parts of 16
 * Q4_K  d, dmin, 12 bytes s and m, 128 bytes of nibbles               d s q - dmin m                   parts of 32
 * Q5_K  d, dmin, 12 bytes s and m, 32 bytes of one bit, 128 of nibbles    as Q4_K, the bit is bit 4       parts of 32
 * Q6_K  128 bytes of nibbles, 64 bytes of two bits, 16 signed bytes s, d  d s (q - 32)                 parts of 16
 * </pre>
 */
final class Blocks256 {
    private static final int N = 256;

    private Blocks256() {
    }

    static void q2k(byte[] from, int at, int blocks, float[] to, int toAt) {
        for (int b = 0; b < blocks; b++, at += 84, toAt += N) {
            float d = half(from, at + 80);
            float min = half(from, at + 82);
            for (int part = 0; part < 16; part++) {
                int s = from[at + part];
                float scale = d * (s & 15);
                float offset = min * (s >> 4 & 15);
                int q = at + 16 + twoBitsAt(part);
                int shift = shiftOf(part);
                for (int i = 0; i < 16; i++) {
                    to[toAt + 16 * part + i] = scale * (from[q + i] >> shift & 3) - offset;
                }
            }
        }
    }

    /** Two-bit numbers come in halves of 128 elements, each four planes of 32 over the same 32 bytes; parts of 16 elements. */
    private static int twoBitsAt(int part) {
        return part / 8 * 32 + part % 2 * 16;
    }

    private static int shiftOf(int part) {
        return part % 8 / 2 * 2;
    }

    static void q3k(byte[] from, int at, int blocks, float[] to, int toAt) {
        for (int b = 0; b < blocks; b++, at += 110, toAt += N) {
            float d = half(from, at + 108);
            for (int part = 0; part < 16; part++) {
                int low = part < 8 ? from[at + 96 + part] & 15 : from[at + 88 + part] >> 4 & 15;
                int high = from[at + 104 + part % 4] >> part / 4 * 2 & 3;
                float scale = d * ((low | high << 4) - 32);
                int q = at + 32 + twoBitsAt(part);
                int shift = shiftOf(part);
                int mask = at + part % 2 * 16;
                int bit = part / 2;
                for (int i = 0; i < 16; i++) {
                    to[toAt + 16 * part + i] = scale * ((from[q + i] >> shift & 3) - 4 + (from[mask + i] >> bit & 1) * 4);
                }
            }
        }
    }

    static void q4k(byte[] from, int at, int blocks, float[] to, int toAt) {
        for (int b = 0; b < blocks; b++, at += 144, toAt += N) {
            float d = half(from, at);
            float min = half(from, at + 2);
            for (int part = 0; part < 8; part++) {
                float scale = d * scale(from, at + 4, part);
                float offset = min * minimum(from, at + 4, part);
                int q = at + 16 + part / 2 * 32;
                int shift = part % 2 * 4;
                for (int i = 0; i < 32; i++) {
                    to[toAt + 32 * part + i] = scale * (from[q + i] >> shift & 15) - offset;
                }
            }
        }
    }

    static void q5k(byte[] from, int at, int blocks, float[] to, int toAt) {
        for (int b = 0; b < blocks; b++, at += 176, toAt += N) {
            float d = half(from, at);
            float min = half(from, at + 2);
            for (int part = 0; part < 8; part++) {
                float scale = d * scale(from, at + 4, part);
                float offset = min * minimum(from, at + 4, part);
                int high = at + 16;
                int q = at + 48 + part / 2 * 32;
                int shift = part % 2 * 4;
                for (int i = 0; i < 32; i++) {
                    to[toAt + 32 * part + i] = scale * (from[q + i] >> shift & 15 | (from[high + i] >> part & 1) << 4) - offset;
                }
            }
        }
    }

    /** Six-bit scale of a part: four of them in the low bits of four bytes, the others cut into four and two bits. */
    private static int scale(byte[] from, int s, int part) {
        return part < 4 ? from[s + part] & 63 : from[s + part + 4] & 15 | (from[s + part - 4] >> 6 & 3) << 4;
    }

    private static int minimum(byte[] from, int s, int part) {
        return part < 4 ? from[s + part + 4] & 63 : from[s + part + 4] >> 4 & 15 | (from[s + part] >> 6 & 3) << 4;
    }

    static void q6k(byte[] from, int at, int blocks, float[] to, int toAt) {
        for (int b = 0; b < blocks; b++, at += 210, toAt += N) {
            float d = half(from, at + 208);
            for (int part = 0; part < 16; part++) {
                float scale = d * from[at + 192 + part];
                int plane = part % 8 / 2;
                int low = at + part / 8 * 64 + part % 4 * 16;
                int lowShift = plane / 2 * 4;
                int high = at + 128 + part / 8 * 32 + part % 2 * 16;
                int highShift = plane * 2;
                for (int i = 0; i < 16; i++) {
                    int q = from[low + i] >> lowShift & 15 | (from[high + i] >> highShift & 3) << 4;
                    to[toAt + 16 * part + i] = scale * (q - 32);
                }
            }
        }
    }
}
