package io.github.x2i4j.engine.format;

/**
 * Turns packed whole numbers into floats: what all block-quantised types are made of. The methods here are plain loops; kernel sets that
 * have vectors override them, with the same bits.
 */
public interface Unpacker {
    /** Numbers of a block of {@link #scaleBytes}. */
    int BYTES = 32;

    /** The plain loops. */
    Unpacker PLAIN = new Unpacker() { };

    /**
     * {@code to[i] = scale q[i] - offset} for all numbers of some blocks, in order.
     *
     * @param from the first block begins at {@code from[at]}
     * @param scales one for each part of each block, the first at {@code part}
     * @param offsets likewise
     */
    default void unpack(PackedLayout layout, byte[] from, int at, int blocks, float[] scales, float[] offsets, int part, float[] to,
            int toAt) {
        int[] parts = layout.parts();
        for (int b = 0; b < blocks; b++, at += layout.blockBytes()) {
            for (int p = 0; p < parts.length; p += PackedLayout.FIELDS, part++, toAt += PackedLayout.PART) {
                if (layout.highMask() == 0) {
                    oneByte(from, at + parts[p], parts[p + 1], layout.lowMask(), layout.centre(), scales[part], offsets[part], to, toAt);
                } else {
                    twoBytes(layout, from, at + parts[p], parts[p + 1], at + parts[p + 2], parts[p + 3], scales[part], offsets[part], to, toAt);
                }
            }
        }
    }

    private static void oneByte(byte[] from, int at, int shift, int mask, int centre, float scale, float offset, float[] to, int toAt) {
        for (int i = 0; i < PackedLayout.PART; i++) {
            to[toAt + i] = scale * ((from[at + i] >> shift & mask) - centre) - offset;
        }
    }

    private static void twoBytes(PackedLayout layout, byte[] from, int low, int lowShift, int high, int highShift, float scale, float offset,
            float[] to, int toAt) {
        int lowMask = layout.lowMask();
        int highMask = layout.highMask();
        int highPlace = layout.highPlace();
        int centre = layout.centre();
        for (int i = 0; i < PackedLayout.PART; i++) {
            int q = from[low + i] >> lowShift & lowMask | (from[high + i] >> highShift & highMask) << highPlace;
            to[toAt + i] = scale * (q - centre) - offset;
        }
    }

    /**
     * {@code to[i] = scale from[i]} for the {@link #BYTES} signed bytes of each of some blocks.
     *
     * @param from the numbers of the first block begin at {@code from[at]}, those of the others {@code stride} bytes further each
     * @param scales one for each block
     */
    default void scaleBytes(byte[] from, int at, int stride, int blocks, float[] scales, float[] to, int toAt) {
        for (int b = 0; b < blocks; b++) {
            for (int i = 0; i < BYTES; i++) {
                to[toAt + b * BYTES + i] = from[at + b * stride + i] * scales[b];
            }
        }
    }
}
