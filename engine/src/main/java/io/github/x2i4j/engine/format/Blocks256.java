package io.github.x2i4j.engine.format;

import static io.github.x2i4j.engine.format.Blocks32.half;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

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
record Blocks256(Unpacker unpacker) {
    private static final int PARTS = 16;
    /**
     * Six-bit scales and offsets of eight parts in twelve bytes: those of the first four parts in the low bits of four bytes each, the
     * others cut into four bits in the last bytes and two in the upper bits of the first.
     */
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int SIX = 0x3F3F3F3F;
    private static final int FOUR = 0x0F0F0F0F;
    private static final int UPPER_TWO = 0x30303030;
    private static final PackedLayout Q2_K = PackedLayout.of(84, PARTS, 3, p -> 16 + twoBits(p), Blocks256::twoBitsShift, 0);
    private static final PackedLayout Q3_K = PackedLayout.of(110, PARTS, 3, p -> 32 + twoBits(p), Blocks256::twoBitsShift, 1, 2,
            p -> p % 2 * 16, p -> p / 2, 4);
    private static final PackedLayout Q4_K = PackedLayout.of(144, PARTS, 15, p -> 16 + p / 4 * 32 + p % 2 * 16, p -> p % 4 / 2 * 4, 0);
    private static final PackedLayout Q5_K = PackedLayout.of(176, PARTS, 15, p -> 48 + p / 4 * 32 + p % 2 * 16, p -> p % 4 / 2 * 4, 1, 4,
            p -> 16 + p % 2 * 16, p -> p / 2, 0);
    private static final PackedLayout Q6_K = PackedLayout.of(210, PARTS, 15, p -> p / 8 * 64 + p % 4 * 16, p -> p % 8 / 4 * 4, 3, 4,
            p -> 128 + twoBits(p), Blocks256::twoBitsShift, 32);

    /** Two-bit numbers come in halves of 128 elements, each four planes of 32 over the same 32 bytes; parts of 16 elements. */
    private static int twoBits(int part) {
        return part / 8 * 32 + part % 2 * 16;
    }

    private static int twoBitsShift(int part) {
        return part % 8 / 2 * 2;
    }

    void q2k(byte[] from, int at, int blocks, float[] to, int toAt) {
        float[] scales = new float[PARTS * blocks];
        float[] offsets = new float[PARTS * blocks];
        for (int i = 0; i < scales.length; i++) {
            int block = at + i / PARTS * 84;
            int s = from[block + i % PARTS];
            scales[i] = half(from, block + 80) * (s & 15);
            offsets[i] = half(from, block + 82) * (s >> 4 & 15);
        }
        unpacker.unpack(Q2_K, from, at, blocks, scales, offsets, 0, to, toAt);
    }

    void q3k(byte[] from, int at, int blocks, float[] to, int toAt) {
        float[] scales = new float[PARTS * blocks];
        for (int i = 0; i < scales.length; i++) {
            int block = at + i / PARTS * 110;
            int part = i % PARTS;
            int low = part < 8 ? from[block + 96 + part] & 15 : from[block + 88 + part] >> 4 & 15;
            int high = from[block + 104 + part % 4] >> part / 4 * 2 & 3;
            scales[i] = half(from, block + 108) * ((low | high << 4) - 32);
        }
        unpacker.unpack(Q3_K, from, at, blocks, scales, new float[scales.length], 0, to, toAt);
    }

    void q4k(byte[] from, int at, int blocks, float[] to, int toAt) {
        sixBitScales(Q4_K, from, at, blocks, to, toAt);
    }

    void q5k(byte[] from, int at, int blocks, float[] to, int toAt) {
        sixBitScales(Q5_K, from, at, blocks, to, toAt);
    }

    private void sixBitScales(PackedLayout layout, byte[] from, int at, int blocks, float[] to, int toAt) {
        float[] scales = new float[PARTS * blocks];
        float[] offsets = new float[PARTS * blocks];
        for (int b = 0; b < blocks; b++) {
            int block = at + b * layout.blockBytes();
            int first = (int) INTS.get(from, block + 4);
            int second = (int) INTS.get(from, block + 8);
            int third = (int) INTS.get(from, block + 12);
            float d = half(from, block);
            spread(d, first & SIX, scales, PARTS * b);
            spread(d, third & FOUR | first >>> 2 & UPPER_TWO, scales, PARTS * b + PARTS / 2);
            float min = half(from, block + 2);
            spread(min, second & SIX, offsets, PARTS * b);
            spread(min, third >>> 4 & FOUR | second >>> 2 & UPPER_TWO, offsets, PARTS * b + PARTS / 2);
        }
        unpacker.unpack(layout, from, at, blocks, scales, offsets, 0, to, toAt);
    }

    /** The factor times each of four bytes, twice: parts of 32 elements are two of 16. */
    private static void spread(float factor, int bytes, float[] to, int at) {
        for (int i = 0; i < 4; i++) {
            float value = factor * (bytes >>> 8 * i & 0xFF);
            to[at + 2 * i] = value;
            to[at + 2 * i + 1] = value;
        }
    }

    void q6k(byte[] from, int at, int blocks, float[] to, int toAt) {
        float[] scales = new float[PARTS * blocks];
        for (int i = 0; i < scales.length; i++) {
            int block = at + i / PARTS * 210;
            scales[i] = half(from, block + 208) * from[block + 192 + i % PARTS];
        }
        unpacker.unpack(Q6_K, from, at, blocks, scales, new float[scales.length], 0, to, toAt);
    }
}
