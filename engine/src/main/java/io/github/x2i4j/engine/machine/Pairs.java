package io.github.x2i4j.engine.machine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Rounds floats to BF16, to nearest and to even on ties, and stores them as pairs: the element of smaller k in the lower half. */
final class Pairs {
    private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT;

    private Pairs() {
    }

    /** The pair of two numbers. NaN stays NaN. */
    static int of(float low, float high) {
        return round(low) >>> 16 | round(high) & 0xFFFF0000;
    }

    /** Bits of a float that was rounded in its upper half. */
    private static int round(float x) {
        int bits = Float.floatToRawIntBits(x);
        int rounded = bits + 0x7FFF + (bits >>> 16 & 1);
        return x == x ? rounded : bits | 0x400000;
    }

    /** Neighbours of a row of {@code n} become pairs; the row is filled with zeros up to {@code words} words. */
    static void alongRow(float[] row, int n, int words, MemorySegment to, long at) {
        int whole = n / 2;
        for (int i = 0; i < whole; i++) {
            to.set(WORD, (at + i) * 4, of(row[2 * i], row[2 * i + 1]));
        }
        for (int i = whole; i < words; i++) {
            to.set(WORD, (at + i) * 4, 2 * i < n ? of(row[2 * i], 0) : 0);
        }
    }

    /** Rows of {@code columns} elements become pairs with the row below; {@code words} rows are stored, the last of them zeros. */
    static void acrossRows(float[] panel, int columns, int k, int words, MemorySegment to, long at) {
        for (int w = 0; w < words; w++) {
            int low = 2 * w * columns;
            long row = at + (long) w * columns;
            if (2 * w + 1 < k) {
                for (int j = 0; j < columns; j++) {
                    to.set(WORD, (row + j) * 4, of(panel[low + j], panel[low + columns + j]));
                }
            } else {
                for (int j = 0; j < columns; j++) {
                    to.set(WORD, (row + j) * 4, 2 * w < k ? of(panel[low + j], 0) : 0);
                }
            }
        }
    }
}
