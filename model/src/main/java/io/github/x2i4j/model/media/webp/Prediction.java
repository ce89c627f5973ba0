package io.github.x2i4j.model.media.webp;

import java.util.Arrays;

/** Predicts blocks of a plane from the pixels above and to the left (RFC 6386, 12). */
final class Prediction {
    static final int DC = 0;
    static final int TRUE_MOTION = 1;
    static final int VERTICAL = 2;
    static final int HORIZONTAL = 3;
    static final int DOWN_RIGHT = 4;
    static final int VERTICAL_RIGHT = 5;
    static final int DOWN_LEFT = 6;
    static final int VERTICAL_LEFT = 7;
    static final int HORIZONTAL_DOWN = 8;
    static final int HORIZONTAL_UP = 9;

    /** What stands for the pixels above the picture, its corner too, and for those to its left. */
    private static final int ABOVE = 127;
    private static final int LEFT = 129;

    private static final int BLOCK = 4;
    /** Where in {@link #edge} the corner stands. */
    private static final int CORNER = 4;

    /** Round a 4 x 4 block: the left pixels upwards, the corner, eight above, their last once more. */
    private final int[] edge = new int[14];

    private static int left(Plane p, int x, int y) {
        return x > 0 ? p.get(x - 1, y) : LEFT;
    }

    private static int above(Plane p, int x, int y) {
        return y > 0 ? p.get(x, y - 1) : ABOVE;
    }

    private static int corner(Plane p, int x, int y) {
        return y == 0 ? ABOVE : x == 0 ? LEFT : p.get(x - 1, y - 1);
    }

    /** Predicts a square of the luma (16) or chroma (8) of a macroblock. */
    static void square(Plane p, int x0, int y0, int size, int mode) {
        if (mode == DC) {
            int mean = mean(p, x0, y0, size);
            for (int y = y0; y < y0 + size; y++) {
                Arrays.fill(p.pixels(), p.at(x0, y), p.at(x0, y) + size, (byte) mean);
            }
            return;
        }
        int corner = corner(p, x0, y0);
        for (int y = y0; y < y0 + size; y++) {
            int left = left(p, x0, y);
            for (int x = x0; x < x0 + size; x++) {
                int above = above(p, x, y0);
                p.set(x, y, mode == VERTICAL ? above : mode == HORIZONTAL ? left : left + above - corner);
            }
        }
    }

    /** Of those of the neighbours that lie in the picture. */
    private static int mean(Plane p, int x0, int y0, int size) {
        int sum = 0;
        int count = 0;
        if (y0 > 0) {
            for (int i = 0; i < size; i++) {
                sum += p.get(x0 + i, y0 - 1);
            }
            count += size;
        }
        if (x0 > 0) {
            for (int i = 0; i < size; i++) {
                sum += p.get(x0 - 1, y0 + i);
            }
            count += size;
        }
        return count == 0 ? 128 : (sum + count / 2) / count;
    }

    /**
     * Predicts a block of 4 x 4 pixels.
     *
     * @param x0 its first column
     * @param y0 its first row
     * @param macroblock first row of its macroblock: the blocks at its right edge take the four pixels above and to the right from
     *     the row above the macroblock
     */
    void block(Plane p, int x0, int y0, int macroblock, int mode) {
        for (int i = 0; i < BLOCK; i++) {
            edge[i] = left(p, x0, y0 + BLOCK - 1 - i);
            edge[CORNER + 1 + i] = above(p, x0 + i, y0);
        }
        edge[CORNER] = corner(p, x0, y0);
        boolean rightmost = (x0 & 15) == 12;
        int row = rightmost ? macroblock : y0;
        for (int i = BLOCK; i < 2 * BLOCK; i++) {
            int x = x0 + i < p.width() ? x0 + i : x0 + BLOCK - 1;
            edge[CORNER + 1 + i] = above(p, x, row);
        }
        edge[13] = edge[12];
        for (int y = 0; y < BLOCK; y++) {
            for (int x = 0; x < BLOCK; x++) {
                p.set(x0 + x, y0 + y, pixel(mode, x, y));
            }
        }
    }

    private int pixel(int mode, int x, int y) {
        return switch (mode) {
            case DC -> mean();
            case TRUE_MOTION -> edge[CORNER - 1 - y] + edge[CORNER + 1 + x] - edge[CORNER];
            case VERTICAL -> three(CORNER + 1 + x);
            case HORIZONTAL -> y == BLOCK - 1 ? edge[1] + 3 * edge[0] + 2 >> 2 : three(CORNER - 1 - y);
            case DOWN_RIGHT -> three(CORNER + x - y);
            case DOWN_LEFT -> three(CORNER + 2 + x + y);
            case VERTICAL_RIGHT -> verticalRight(x, y);
            case VERTICAL_LEFT -> verticalLeft(x, y);
            case HORIZONTAL_DOWN -> horizontalDown(x, y);
            default -> horizontalUp(x + 2 * y);
        };
    }

    private int mean() {
        int sum = 4;
        for (int i = 0; i < BLOCK; i++) {
            sum += edge[i] + edge[CORNER + 1 + i];
        }
        return sum >> 3;
    }

    private int verticalRight(int x, int y) {
        if (y >= 2) {
            return x > 0 ? verticalRight(x - 1, y - 2) : three(CORNER + 1 - y);
        }
        return y == 0 ? two(CORNER + x) : three(CORNER + x);
    }

    private int horizontalDown(int x, int y) {
        if (x >= 2) {
            return y > 0 ? horizontalDown(x - 2, y - 1) : three(CORNER - 1 + x);
        }
        return x == 0 ? two(CORNER - 1 - y) : three(CORNER - y);
    }

    private int verticalLeft(int x, int y) {
        if (x == 3 && y >= 2) {
            return three(CORNER + 4 + y);
        }
        int from = CORNER + 1 + x + y / 2;
        return y % 2 == 0 ? two(from) : three(from + 1);
    }

    /** Downwards along the left pixels, the last of which lasts. */
    private int horizontalUp(int i) {
        int a = edge[Math.max(0, 3 - i / 2)];
        int b = edge[Math.max(0, 2 - i / 2)];
        return i % 2 == 0 ? a + b + 1 >> 1 : a + 2 * b + edge[Math.max(0, 1 - i / 2)] + 2 >> 2;
    }

    private int two(int from) {
        return edge[from] + edge[from + 1] + 1 >> 1;
    }

    private int three(int centre) {
        return edge[centre - 1] + 2 * edge[centre] + edge[centre + 1] + 2 >> 2;
    }
}
