package io.github.x2i4j.engine.format;

/**
 * Where the whole numbers of a block-quantised type lie. A block is made of parts of {@link #PART} numbers; number i of a part is
 *
 * <pre>
 * q = (byte[low + i] >> lowShift & lowMask | (byte[high + i] >> highShift & highMask) << highPlace) - centre
 * </pre>
 *
 * @param blockBytes from one block to the next
 * @param highMask 0 where all bits lie in one byte
 * @param parts for each part {@code low, lowShift, high, highShift}; places count from the block's first byte
 */
public record PackedLayout(int blockBytes, int lowMask, int highMask, int highPlace, int centre, int[] parts) {
    /** Numbers of a part. */
    public static final int PART = 16;
    /** Entries of {@link #parts} for each part. */
    public static final int FIELDS = 4;

    /** Where a part lies. */
    interface Place {
        int of(int part);
    }

    /** A layout with {@code count} parts. */
    static PackedLayout of(int blockBytes, int count, int lowMask, Place low, Place lowShift, int highMask, int highPlace, Place high,
            Place highShift, int centre) {
        int[] parts = new int[FIELDS * count];
        for (int p = 0; p < count; p++) {
            parts[FIELDS * p] = low.of(p);
            parts[FIELDS * p + 1] = lowShift.of(p);
            parts[FIELDS * p + 2] = high.of(p);
            parts[FIELDS * p + 3] = highShift.of(p);
        }
        return new PackedLayout(blockBytes, lowMask, highMask, highPlace, centre, parts);
    }

    /** A layout whose numbers have all their bits in one byte. */
    static PackedLayout of(int blockBytes, int count, int mask, Place low, Place shift, int centre) {
        return of(blockBytes, count, mask, low, shift, 0, 0, low, p -> 0, centre);
    }

    /** {@code count} blocks as one: short loops cost more than their work. */
    PackedLayout times(int count) {
        int one = parts.length / FIELDS;
        return of(count * blockBytes, count * one, lowMask, p -> p / one * blockBytes + parts[p % one * FIELDS], p -> parts[p % one * FIELDS + 1],
                highMask, highPlace, p -> p / one * blockBytes + parts[p % one * FIELDS + 2], p -> parts[p % one * FIELDS + 3], centre);
    }
}
