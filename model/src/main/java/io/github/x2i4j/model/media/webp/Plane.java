package io.github.x2i4j.model.media.webp;

/**
 * The samples of luma or of a chroma.
 *
 * @param width samples a row, whole macroblocks
 * @param pixels row by row
 */
record Plane(int width, byte[] pixels) {
    static Plane of(int width, int height) {
        return new Plane(width, new byte[width * height]);
    }

    int at(int x, int y) {
        return y * width + x;
    }

    int get(int x, int y) {
        return pixels[y * width + x] & 0xFF;
    }

    /** Stores a value, clipped to a byte. */
    void set(int x, int y, int value) {
        pixels[y * width + x] = clip(value);
    }

    static byte clip(int v) {
        return (byte) ((v & ~0xFF) == 0 ? v : v < 0 ? 0 : 255);
    }
}
