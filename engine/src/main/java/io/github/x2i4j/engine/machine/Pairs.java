package io.github.x2i4j.engine.machine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Rounds floats to BF16, to nearest and to even on ties, and stores them as pairs: the element of smaller k in the lower half. The
 * loops are such that the compiler makes vectors of them.
 */
final class Pairs {
    private static final int INFINITY = 0x7F800000;

    private Pairs() {
    }

    /** Bits of a float whose upper half is the BF16. NaN stays NaN. */
    private static int round(float x) {
        int bits = Float.floatToRawIntBits(x);
        int nan = INFINITY - (bits & Integer.MAX_VALUE) >> 31;
        return bits + (0x7FFF + (bits >>> 16 & 1) & ~nan) | nan & 0x400000;
    }

    /** Neighbours of a row of {@code n} become pairs; zeros follow up to {@code words} words. */
    static void alongRow(float[] row, int n, int words, MemorySegment to) {
        int[] rounded = new int[2 * words];
        for (int i = 0; i < n; i++) {
            rounded[i] = round(row[i]);
        }
        int[] pairs = new int[words];
        for (int i = 0; i < words; i++) {
            pairs[i] = rounded[2 * i] >>> 16 | rounded[2 * i + 1] & 0xFFFF0000;
        }
        MemorySegment.copy(pairs, 0, to, ValueLayout.JAVA_INT, 0, words);
    }

    /** Elements of two runs become pairs. */
    static void of(float[] first, float[] second, int from, int n, MemorySegment to) {
        int[] pairs = new int[n];
        for (int i = 0; i < n; i++) {
            pairs[i] = round(first[from + i]) >>> 16 | round(second[from + i]) & 0xFFFF0000;
        }
        MemorySegment.copy(pairs, 0, to, ValueLayout.JAVA_INT, 0, n);
    }

    /** Rows of {@code columns} elements become pairs with the row below; {@code words} rows are stored, the last of them zeros. */
    static void acrossRows(float[] panel, int columns, int k, int words, MemorySegment to) {
        int[] pairs = new int[columns];
        for (int w = 0; w < words; w++) {
            int low = 2 * w * columns;
            if (2 * w + 1 < k) {
                int high = low + columns;
                for (int j = 0; j < columns; j++) {
                    pairs[j] = round(panel[low + j]) >>> 16 | round(panel[high + j]) & 0xFFFF0000;
                }
            } else {
                for (int j = 0; j < columns; j++) {
                    pairs[j] = 2 * w < k ? round(panel[low + j]) >>> 16 : 0;
                }
            }
            MemorySegment.copy(pairs, 0, to, ValueLayout.JAVA_INT, (long) w * columns * Integer.BYTES, columns);
        }
    }
}
