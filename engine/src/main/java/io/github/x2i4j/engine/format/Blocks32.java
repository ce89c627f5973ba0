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
record Blocks32(Unpacker unpacker) {
    private static final int N = 32;
    private static final int HALF = N / 2;
    private static final int MANY = 8;
    private static final Layouts Q4_0 = nibbles(18, 2, 8);
    private static final Layouts Q4_1 = nibbles(20, 4, 0);
    private static final Layouts Q5_0 = fives(16);
    private static final Layouts Q5_1 = fives(0);

    /** A layout of one block, and of {@link #MANY} as one. */
    private record Layouts(PackedLayout one, PackedLayout many) {
        Layouts(PackedLayout one) {
            this(one, one.times(MANY));
        }
    }

    private static Layouts nibbles(int blockBytes, int at, int centre) {
        return new Layouts(PackedLayout.of(blockBytes, 2, 15, p -> at, p -> 4 * p, centre));
    }

    /** The nibbles, and behind them a byte for each upper bit: see {@link #spread}. */
    private static Layouts fives(int centre) {
        return new Layouts(PackedLayout.of(HALF + N, 2, 15, p -> 0, p -> 4 * p, 1, 4, p -> HALF + HALF * p, p -> 0, centre));
    }

    /** The F16 at {@code from[at]}. */
    static float half(byte[] from, int at) {
        return Float.float16ToFloat((short) (from[at] & 0xFF | from[at + 1] << 8));
    }

    void q80(byte[] from, int at, int blocks, float[] to, int toAt) {
        unpacker.scaleBytes(from, at + 2, 34, blocks, halves(from, at, 34, blocks, 1, 1), to, toAt);
    }

    void q40(byte[] from, int at, int blocks, float[] to, int toAt) {
        unpack(Q4_0, from, at, blocks, halves(from, at, 18, blocks, 2, 1), new float[2 * blocks], to, toAt);
    }

    void q41(byte[] from, int at, int blocks, float[] to, int toAt) {
        unpack(Q4_1, from, at, blocks, halves(from, at, 20, blocks, 2, 1), halves(from, at + 2, 20, blocks, 2, -1), to, toAt);
    }

    void q50(byte[] from, int at, int blocks, float[] to, int toAt) {
        unpack(Q5_0, spread(from, at + 2, 22, blocks), 0, blocks, halves(from, at, 22, blocks, 2, 1), new float[2 * blocks], to, toAt);
    }

    void q51(byte[] from, int at, int blocks, float[] to, int toAt) {
        unpack(Q5_1, spread(from, at + 4, 24, blocks), 0, blocks, halves(from, at, 24, blocks, 2, 1),
                halves(from, at + 2, 24, blocks, 2, -1), to, toAt);
    }

    private void unpack(Layouts layouts, byte[] from, int at, int blocks, float[] scales, float[] offsets, float[] to, int toAt) {
        int many = blocks / MANY;
        unpacker.unpack(layouts.many, from, at, many, scales, offsets, 0, to, toAt);
        int done = many * MANY;
        unpacker.unpack(layouts.one, from, at + done * layouts.one.blockBytes(), blocks - done, scales, offsets, 2 * done, to, toAt + done * N);
    }

    /** The F16 of each block, {@code times} times, with a sign. */
    private static float[] halves(byte[] from, int at, int blockBytes, int blocks, int times, float sign) {
        float[] values = new float[blocks * times];
        for (int b = 0; b < blocks; b++) {
            float value = sign * half(from, at + b * blockBytes);
            for (int i = 0; i < times; i++) {
                values[b * times + i] = value;
            }
        }
        return values;
    }

    /** Upper bits become bytes behind the nibbles that follow them. */
    private static byte[] spread(byte[] from, int at, int blockBytes, int blocks) {
        byte[] to = new byte[blocks * (HALF + N)];
        for (int b = 0; b < blocks; b++) {
            int bits = at + b * blockBytes;
            int begin = b * (HALF + N);
            System.arraycopy(from, bits + 4, to, begin, HALF);
            for (int i = 0; i < N; i++) {
                to[begin + HALF + i] = (byte) (from[bits + i / 8] >> i % 8);
            }
        }
        return to;
    }
}
