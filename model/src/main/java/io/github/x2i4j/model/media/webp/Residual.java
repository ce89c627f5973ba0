package io.github.x2i4j.model.media.webp;

import java.util.Arrays;

/** The coefficients of a macroblock: read (RFC 6386, 13), put together and transformed back (14). */
final class Residual {
    private static final int[] BANDS = {0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0};
    private static final int[] ZIGZAG = {0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15};
    /** Probabilities of the bits of large values. */
    private static final int[][] EXTRA_BITS = {{173, 148, 140}, {176, 155, 140, 135}, {180, 157, 141, 134, 130},
        {254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129}};
    private static final int NODES = 11;
    private static final int CONTEXTS = 3 * NODES;
    private static final int TYPE = 8 * CONTEXTS;
    private static final int AFTER_SECOND = 0;
    private static final int SECOND = TYPE;
    private static final int CHROMA = 2 * TYPE;
    private static final int WHOLE = 3 * TYPE;

    private static final int LUMA_BLOCKS = 16;
    private static final int BLOCKS = 24;
    private static final int SIZE = 16;

    private final int[] tokens;
    /** Of 16 blocks of luma and 2 x 4 of chroma. */
    private final short[] coefficients = new short[BLOCKS * SIZE];
    private final short[] second = new short[SIZE];
    private final boolean[] present = new boolean[BLOCKS];
    private final int[] work = new int[SIZE];

    /** @param tokens probabilities, [4, 8, 3, 11] */
    Residual(int[] tokens) {
        this.tokens = tokens;
    }

    /**
     * Reads the coefficients of a macroblock.
     *
     * @param steps of its segment
     * @param blockModes whether each luma block has a mode of its own, and so no second order
     * @param above whether the blocks above had coefficients: 4 of luma, 2 and 2 of chroma, the second order; changed
     * @param left the same for the blocks to the left
     * @return whether there is any that is not 0
     */
    boolean read(BoolDecoder b, int[] steps, boolean blockModes, boolean[] above, boolean[] left) {
        Arrays.fill(coefficients, (short) 0);
        int first = 0;
        if (!blockModes) {
            Arrays.fill(second, (short) 0);
            int end = block(b, SECOND, context(above[8], left[8]), 0, steps[2], steps[3], second, 0);
            above[8] = end > 0;
            left[8] = end > 0;
            spread();
            first = 1;
        }
        boolean any = false;
        for (int k = 0; k < BLOCKS; k++) {
            boolean luma = k < LUMA_BLOCKS;
            int plane = 4 + (k - LUMA_BLOCKS) / 4 * 2;
            int column = luma ? k % 4 : plane + k % 2;
            int row = luma ? k / 4 : plane + k / 2 % 2;
            int from = luma ? first : 0;
            int end = block(b, luma ? blockModes ? WHOLE : AFTER_SECOND : CHROMA, context(above[column], left[row]), from,
                    steps[luma ? 0 : 4], steps[luma ? 1 : 5], coefficients, k * SIZE);
            above[column] = end > from;
            left[row] = end > from;
            present[k] = end > 1 || coefficients[k * SIZE] != 0;
            any |= present[k];
        }
        return any;
    }

    private static int context(boolean above, boolean left) {
        return ((above ? 1 : 0) + (left ? 1 : 0)) * NODES;
    }

    /** Reads a block; how many coefficients, in the order of the file, lie before its end. */
    private int block(BoolDecoder b, int type, int context, int first, int dcStep, int acStep, short[] to, int at) {
        int p = type + BANDS[first] * CONTEXTS + context;
        for (int n = first; n < SIZE;) {
            if (b.bit(tokens[p]) == 0) {
                return n;
            }
            while (b.bit(tokens[p + 1]) == 0) {
                n++;
                if (n == SIZE) {
                    return SIZE;
                }
                p = type + BANDS[n] * CONTEXTS;
            }
            int next = NODES;
            int v = 1;
            if (b.bit(tokens[p + 2]) == 1) {
                v = large(b, p);
                next = 2 * NODES;
            }
            int step = n == 0 ? dcStep : acStep;
            to[at + ZIGZAG[n]] = (short) (b.flag() ? -v * step : v * step);
            n++;
            p = type + BANDS[n] * CONTEXTS + next;
        }
        return SIZE;
    }

    private int large(BoolDecoder b, int p) {
        if (b.bit(tokens[p + 3]) == 0) {
            return b.bit(tokens[p + 4]) == 0 ? 2 : 3 + b.bit(tokens[p + 5]);
        }
        if (b.bit(tokens[p + 6]) == 0) {
            return b.bit(tokens[p + 7]) == 0 ? 5 + b.bit(159) : 7 + 2 * b.bit(165) + b.bit(145);
        }
        int high = b.bit(tokens[p + 8]);
        int category = 2 * high + b.bit(tokens[p + 9 + high]);
        int v = 0;
        for (int probability : EXTRA_BITS[category]) {
            v = 2 * v + b.bit(probability);
        }
        return v + 3 + (8 << category);
    }

    /** Transforms the second order back: it holds the DC of the luma blocks (14.3). */
    private void spread() {
        for (int i = 0; i < 4; i++) {
            int a = second[i] + second[12 + i];
            int b = second[4 + i] + second[8 + i];
            int c = second[4 + i] - second[8 + i];
            int d = second[i] - second[12 + i];
            work[i] = a + b;
            work[4 + i] = d + c;
            work[8 + i] = a - b;
            work[12 + i] = d - c;
        }
        for (int i = 0; i < 4; i++) {
            int dc = work[4 * i] + 3;
            int a = dc + work[4 * i + 3];
            int b = work[4 * i + 1] + work[4 * i + 2];
            int c = work[4 * i + 1] - work[4 * i + 2];
            int d = dc - work[4 * i + 3];
            int at = 4 * i * SIZE;
            coefficients[at] = (short) (a + b >> 3);
            coefficients[at + SIZE] = (short) (d + c >> 3);
            coefficients[at + 2 * SIZE] = (short) (a - b >> 3);
            coefficients[at + 3 * SIZE] = (short) (d - c >> 3);
        }
    }

    /** Adds block {@code k} to the pixels that were predicted for it. */
    void add(int k, Plane p, int x0, int y0) {
        if (!present[k]) {
            return;
        }
        int at = k * SIZE;
        for (int i = 0; i < 4; i++) {
            int s = coefficients[at + i];
            int t = coefficients[at + 4 + i];
            int u = coefficients[at + 8 + i];
            int v = coefficients[at + 12 + i];
            int c = sine(t) - cosine(v);
            int d = cosine(t) + sine(v);
            work[i] = s + u + d;
            work[4 + i] = s - u + c;
            work[8 + i] = s - u - c;
            work[12 + i] = s + u - d;
        }
        for (int y = 0; y < 4; y++) {
            int s = work[4 * y] + 4;
            int t = work[4 * y + 1];
            int u = work[4 * y + 2];
            int v = work[4 * y + 3];
            int c = sine(t) - cosine(v);
            int d = cosine(t) + sine(v);
            plus(p, x0, y0 + y, s + u + d);
            plus(p, x0 + 1, y0 + y, s - u + c);
            plus(p, x0 + 2, y0 + y, s - u - c);
            plus(p, x0 + 3, y0 + y, s + u - d);
        }
    }

    private static void plus(Plane p, int x, int y, int eighths) {
        p.set(x, y, p.get(x, y) + (eighths >> 3));
    }

    /** v * sqrt(2) * sin(pi / 8) in 16-bit fixed point. */
    private static int sine(int v) {
        return v * 35_468 >> 16;
    }

    /** v * sqrt(2) * cos(pi / 8). */
    private static int cosine(int v) {
        return v + (v * 20_091 >> 16);
    }
}
