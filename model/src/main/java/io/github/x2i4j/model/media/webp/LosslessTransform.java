package io.github.x2i4j.model.media.webp;

/** A change that made a lossless picture easier to pack (WebP Lossless Bitstream, 4), to be undone. */
sealed interface LosslessTransform {
    int BLACK = 0xFF000000;

    /**
     * Undoes the change.
     *
     * @param pixels ARGB of {@code width} x {@code height}; may be changed
     * @return ARGB of the width before the change
     */
    int[] undo(int[] pixels, int width, int height);

    /** Sums by component. */
    static int add(int a, int b) {
        int alphaGreen = (a & 0xFF00FF00) + (b & 0xFF00FF00);
        int redBlue = (a & 0x00FF00FF) + (b & 0x00FF00FF);
        return alphaGreen & 0xFF00FF00 | redBlue & 0x00FF00FF;
    }

    /** Tiles of 2^bits pixels a side; green, red and so on of a tile are its parameters. */
    record Tiles(int bits, int columns, int[] values) {
        int at(int x, int y) {
            return values[(y >> bits) * columns + (x >> bits)];
        }
    }

    /** Each pixel was replaced by its difference to what its tile's mode predicts from the pixels before it. */
    record Predicted(Tiles modes) implements LosslessTransform {
        @Override
        public int[] undo(int[] p, int width, int height) {
            p[0] = add(p[0], BLACK);
            for (int x = 1; x < width; x++) {
                p[x] = add(p[x], p[x - 1]);
            }
            for (int y = 1, at = width; y < height; y++) {
                p[at] = add(p[at], p[at - width]);
                at++;
                for (int x = 1; x < width; x++, at++) {
                    int mode = modes.at(x, y) >> 8 & 15;
                    p[at] = add(p[at], predicted(mode, p[at - 1], p[at - width], p[at - width + 1], p[at - width - 1]));
                }
            }
            return p;
        }

        private static int predicted(int mode, int left, int above, int right, int corner) {
            return switch (mode) {
                case 1 -> left;
                case 2 -> above;
                case 3 -> right;
                case 4 -> corner;
                case 5 -> mean(mean(left, right), above);
                case 6 -> mean(left, corner);
                case 7 -> mean(left, above);
                case 8 -> mean(corner, above);
                case 9 -> mean(above, right);
                case 10 -> mean(mean(left, corner), mean(above, right));
                case 11 -> nearer(left, above, corner);
                case 12 -> gradient(left, above, corner);
                case 13 -> halfGradient(mean(left, above), corner);
                default -> BLACK;
            };
        }

        private static int mean(int a, int b) {
            return (((a ^ b) & 0xFEFEFEFE) >>> 1) + (a & b);
        }

        private static int nearer(int left, int above, int corner) {
            int toLeft = 0;
            int toAbove = 0;
            for (int s = 0; s < Integer.SIZE; s += 8) {
                toLeft += Math.abs((above >>> s & 0xFF) - (corner >>> s & 0xFF));
                toAbove += Math.abs((left >>> s & 0xFF) - (corner >>> s & 0xFF));
            }
            return toLeft < toAbove ? left : above;
        }

        private static int gradient(int left, int above, int corner) {
            int v = 0;
            for (int s = 0; s < Integer.SIZE; s += 8) {
                v |= Math.clamp((left >>> s & 0xFF) + (above >>> s & 0xFF) - (corner >>> s & 0xFF), 0, 255) << s;
            }
            return v;
        }

        private static int halfGradient(int mean, int corner) {
            int v = 0;
            for (int s = 0; s < Integer.SIZE; s += 8) {
                int m = mean >>> s & 0xFF;
                v |= Math.clamp(m + (m - (corner >>> s & 0xFF)) / 2, 0, 255) << s;
            }
            return v;
        }
    }

    /** Red and blue lost what a tile's factors foretell from green and red. */
    record Crossed(Tiles factors) implements LosslessTransform {
        @Override
        public int[] undo(int[] p, int width, int height) {
            for (int y = 0, at = 0; y < height; y++) {
                for (int x = 0; x < width; x++, at++) {
                    int f = factors.at(x, y);
                    int green = p[at] >> 8;
                    int red = (p[at] >> 16) + part(f, green) & 0xFF;
                    int blue = p[at] + part(f >> 8, green) + part(f >> 16, red) & 0xFF;
                    p[at] = p[at] & 0xFF00FF00 | red << 16 | blue;
                }
            }
            return p;
        }

        private static int part(int factor, int value) {
            return (byte) factor * (byte) value >> 5;
        }
    }

    /** Green was taken off red and blue. */
    record GreenTaken() implements LosslessTransform {
        @Override
        public int[] undo(int[] p, int width, int height) {
            for (int i = 0; i < p.length; i++) {
                int green = p[i] >> 8 & 0xFF;
                p[i] = p[i] & 0xFF00FF00 | (p[i] & 0x00FF00FF) + (green << 16 | green) & 0x00FF00FF;
            }
            return p;
        }
    }

    /**
     * Pixels were replaced by indices, several of which share the green of one pixel where there are few colours.
     *
     * @param bits 2^bits indices a pixel
     */
    record Indexed(int width, int bits, int[] colours) implements LosslessTransform {
        @Override
        public int[] undo(int[] p, int packedWidth, int height) {
            int[] out = bits == 0 ? p : new int[width * height];
            int indexBits = 8 >> bits;
            int mask = (1 << indexBits) - 1;
            int inPixel = (1 << bits) - 1;
            for (int y = 0, at = 0; y < height; y++) {
                for (int x = 0; x < width; x++, at++) {
                    int packed = p[y * packedWidth + (x >> bits)] >> 8;
                    int index = packed >> (x & inPixel) * indexBits & mask;
                    out[at] = index < colours.length ? colours[index] : 0;
                }
            }
            return out;
        }
    }
}
