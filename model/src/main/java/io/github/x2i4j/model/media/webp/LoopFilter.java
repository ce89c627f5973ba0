package io.github.x2i4j.model.media.webp;

/** Smooths the edges of macroblocks and, inside them, of blocks (RFC 6386, 15). */
final class LoopFilter {
    private static final int MACROBLOCK = 16;
    private static final int BLOCK = 4;

    private final boolean simple;
    private final int sharpness;

    LoopFilter(boolean simple, int sharpness) {
        this.simple = simple;
        this.sharpness = sharpness;
    }

    /**
     * Filters a macroblock, whose neighbours above and to the left are done.
     *
     * @param planes luma and the two chromas
     * @param level 0 to 63
     * @param inner whether the edges of its blocks are filtered too
     */
    void filter(Plane[] planes, int column, int row, int level, boolean inner) {
        if (level == 0) {
            return;
        }
        int interior = level >> (sharpness > 4 ? 2 : sharpness > 0 ? 1 : 0);
        if (sharpness > 0) {
            interior = Math.min(interior, 9 - sharpness);
        }
        interior = Math.max(1, interior);
        int blocks = 2 * level + interior;
        int outer = blocks + 4;
        int uneven = level >= 40 ? 2 : level >= 15 ? 1 : 0;
        for (boolean upright : new boolean[] {true, false}) {
            for (int k = 0; k < (simple ? 1 : planes.length); k++) {
                Plane p = planes[k];
                int size = k == 0 ? MACROBLOCK : MACROBLOCK / 2;
                int from = p.at(column * size, row * size);
                int across = upright ? 1 : p.width();
                int along = upright ? p.width() : 1;
                if ((upright ? column : row) > 0) {
                    edge(p.pixels(), from, across, along, size, outer, interior, uneven, true);
                }
                for (int i = BLOCK; inner && i < size; i += BLOCK) {
                    edge(p.pixels(), from + i * across, across, along, size, blocks, interior, uneven, false);
                }
            }
        }
    }

    private void edge(byte[] s, int from, int across, int along, int count, int limit, int interior, int uneven, boolean macroblock) {
        for (int i = 0, at = from; i < count; i++, at += along) {
            int p1 = s[at - 2 * across] & 0xFF;
            int p0 = s[at - across] & 0xFF;
            int q0 = s[at] & 0xFF;
            int q1 = s[at + across] & 0xFF;
            // 4 |p0 - q0| + |p1 - q1| in whole numbers against 2 limit + 1
            if (4 * Math.abs(p0 - q0) + Math.abs(p1 - q1) > 2 * limit + 1) {
                continue;
            }
            if (simple) {
                near(s, at, across, p1, p0, q0, q1);
            } else if (even(s, at, across, p1, p0, q0, q1, interior)) {
                if (Math.abs(p1 - p0) > uneven || Math.abs(q1 - q0) > uneven) {
                    near(s, at, across, p1, p0, q0, q1);
                } else if (macroblock) {
                    wide(s, at, across, p1, p0, q0, q1);
                } else {
                    middle(s, at, across, p1, p0, q0, q1);
                }
            }
        }
    }

    private static boolean even(byte[] s, int at, int across, int p1, int p0, int q0, int q1, int interior) {
        int p2 = s[at - 3 * across] & 0xFF;
        int p3 = s[at - 4 * across] & 0xFF;
        int q2 = s[at + 2 * across] & 0xFF;
        int q3 = s[at + 3 * across] & 0xFF;
        return Math.abs(p3 - p2) <= interior && Math.abs(p2 - p1) <= interior && Math.abs(p1 - p0) <= interior
                && Math.abs(q3 - q2) <= interior && Math.abs(q2 - q1) <= interior && Math.abs(q1 - q0) <= interior;
    }

    /** Changes one pixel on either side. */
    private static void near(byte[] s, int at, int across, int p1, int p0, int q0, int q1) {
        int a = 3 * (q0 - p0) + signed(p1 - q1);
        s[at - across] = Plane.clip(p0 + eighth(a + 3));
        s[at] = Plane.clip(q0 - eighth(a + 4));
    }

    /** Changes two pixels on either side. */
    private static void middle(byte[] s, int at, int across, int p1, int p0, int q0, int q1) {
        int a = 3 * (q0 - p0);
        int b = eighth(a + 4);
        int c = b + 1 >> 1;
        s[at - 2 * across] = Plane.clip(p1 + c);
        s[at - across] = Plane.clip(p0 + eighth(a + 3));
        s[at] = Plane.clip(q0 - b);
        s[at + across] = Plane.clip(q1 - c);
    }

    /** Changes three pixels on either side. */
    private static void wide(byte[] s, int at, int across, int p1, int p0, int q0, int q1) {
        int a = signed(3 * (q0 - p0) + signed(p1 - q1));
        int b = 27 * a + 63 >> 7;
        int c = 18 * a + 63 >> 7;
        int d = 9 * a + 63 >> 7;
        s[at - 3 * across] = Plane.clip((s[at - 3 * across] & 0xFF) + d);
        s[at - 2 * across] = Plane.clip(p1 + c);
        s[at - across] = Plane.clip(p0 + b);
        s[at] = Plane.clip(q0 - b);
        s[at + across] = Plane.clip(q1 - c);
        s[at + 2 * across] = Plane.clip((s[at + 2 * across] & 0xFF) - d);
    }

    private static int signed(int v) {
        return Math.clamp(v, -128, 127);
    }

    private static int eighth(int v) {
        return Math.clamp(v >> 3, -16, 15);
    }
}
