package io.github.x2i4j.model.media.webp;

/** Luma and halved chroma to RGB: chroma between samples is weighed 9 : 3 : 3 : 1, as libwebp's "fancy" upsampling does. */
final class LossyColours {
    private LossyColours() {
    }

    /** Red, green, blue and an alpha of 255 of each pixel of the upper left {@code width} x {@code height}. */
    static byte[] rgba(Plane[] planes, int width, int height) {
        byte[] rgba = new byte[Math.multiplyExact(4, width * height)];
        int chromaWidth = (width + 1) / 2;
        int chromaHeight = (height + 1) / 2;
        int[][] near = new int[2][chromaWidth];
        int[][] far = new int[2][chromaWidth];
        for (int y = 0; y < height; y++) {
            int nearRow = y / 2;
            int farRow = Math.clamp(y % 2 == 0 ? nearRow - 1 : nearRow + 1, 0, chromaHeight - 1);
            for (int c = 0; c < 2; c++) {
                row(planes[c + 1], nearRow, near[c]);
                row(planes[c + 1], farRow, far[c]);
            }
            for (int x = 0, o = 4 * y * width; x < width; x++, o += 4) {
                int chroma = x / 2;
                int other = Math.clamp(x % 2 == 0 ? chroma - 1 : chroma + 1, 0, chromaWidth - 1);
                convert(planes[0].get(x, y), between(near[0], far[0], chroma, other), between(near[1], far[1], chroma, other), rgba, o);
            }
        }
        return rgba;
    }

    private static void row(Plane p, int y, int[] to) {
        for (int x = 0; x < to.length; x++) {
            to[x] = p.get(x, y);
        }
    }

    /**
     * The weighed mean of four samples. libwebp rounds it twice: first the mean of the two on the diagonal that lacks the nearest and
     * the farthest, weighed 3 : 3 : 1 : 1 with those, then its mean with the nearest. At the sides two samples are left.
     */
    private static int between(int[] near, int[] far, int x, int other) {
        int a = near[x];
        int b = near[other];
        int c = far[x];
        int d = far[other];
        if (x == other) {
            return 3 * a + c + 2 >> 2;
        }
        return a + (a + 3 * b + 3 * c + d + 8 >> 3) >> 1;
    }

    /** BT.601 of limited range in 14-bit fixed point, products cut to 8 bits less. */
    private static void convert(int y, int u, int v, byte[] rgba, int o) {
        int luma = y * 19_077 >> 8;
        rgba[o] = clip(luma + (v * 26_149 >> 8) - 14_234);
        rgba[o + 1] = clip(luma - (u * 6_419 >> 8) - (v * 13_320 >> 8) + 8_708);
        rgba[o + 2] = clip(luma + (u * 33_050 >> 8) - 17_685);
        rgba[o + 3] = (byte) 255;
    }

    private static byte clip(int v) {
        return Plane.clip(v >> 6);
    }
}
