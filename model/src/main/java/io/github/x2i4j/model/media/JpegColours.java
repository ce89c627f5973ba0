package io.github.x2i4j.model.media;

/** Colour conversions of interleaved 8-bit samples in libjpeg's 16-bit fixed point; in place where the size stays. */
final class JpegColours {
    private static final int HALF = 1 << 15;

    private JpegColours() {
    }

    static byte[] fromGrey(byte[] grey) {
        byte[] rgb = new byte[3 * grey.length];
        for (int i = 0; i < grey.length; i++) {
            rgb[3 * i] = grey[i];
            rgb[3 * i + 1] = grey[i];
            rgb[3 * i + 2] = grey[i];
        }
        return rgb;
    }

    /** YCbCr (ITU-R BT.601, full range) to RGB. */
    static byte[] fromYcc(byte[] ycc) {
        for (int i = 0; i < ycc.length; i += 3) {
            convert(ycc, i);
        }
        return ycc;
    }

    /**
     * Replaces rows of a component that stand twice by rows between them, 3 : 1 the nearer and the farther, as libjpeg-turbo does.
     *
     * @param samples of all components, interleaved
     */
    static void smoothRows(byte[] samples, int components, int component, int width, int height) {
        int stride = components * width;
        byte[] previous = new byte[width];
        byte[] own = new byte[width];
        for (int y = 0; y < height; y += 2) {
            for (int x = 0; x < width; x++) {
                int at = y * stride + x * components + component;
                int near = samples[at] & 0xFF;
                own[x] = (byte) near;
                int above = y == 0 ? near : previous[x] & 0xFF;
                samples[at] = (byte) (3 * near + above + 1 >> 2);
                if (y + 1 < height) {
                    int below = y + 2 < height ? samples[at + 2 * stride] & 0xFF : near;
                    samples[at + stride] = (byte) (3 * near + below + 2 >> 2);
                }
            }
            byte[] swap = previous;
            previous = own;
            own = swap;
        }
    }

    /** YCCK to CMYK: the complement of RGB, with black as it is. */
    static byte[] fromYcck(byte[] ycck) {
        for (int i = 0; i < ycck.length; i += 4) {
            convert(ycck, i);
            for (int c = i; c < i + 3; c++) {
                ycck[c] = (byte) ~ycck[c];
            }
        }
        return ycck;
    }

    /** CMYK stored inverted, as Adobe's programs do and Pillow assumes of every file, to RGB. */
    static byte[] fromInvertedCmyk(byte[] cmyk) {
        byte[] rgb = new byte[cmyk.length / 4 * 3];
        for (int i = 0, o = 0; i < cmyk.length; i += 4) {
            int white = cmyk[i + 3] & 0xFF; // 255 - k
            for (int c = 0; c < 3; c++) {
                int ink = (255 - (cmyk[i + c] & 0xFF)) * white + 128;
                rgb[o++] = (byte) Math.max(0, white - ((ink >> 8) + ink >> 8));
            }
        }
        return rgb;
    }

    private static void convert(byte[] s, int i) {
        int y = s[i] & 0xFF;
        int cb = (s[i + 1] & 0xFF) - 128;
        int cr = (s[i + 2] & 0xFF) - 128;
        s[i] = clamp(y + (91881 * cr + HALF >> 16)); // 1.402
        s[i + 1] = clamp(y + (-22554 * cb - 46802 * cr + HALF >> 16)); // 0.34414, 0.71414
        s[i + 2] = clamp(y + (116130 * cb + HALF >> 16)); // 1.772
    }

    private static byte clamp(int v) {
        return (byte) Math.clamp(v, 0, 255);
    }
}
