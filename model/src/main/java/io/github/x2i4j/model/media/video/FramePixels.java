package io.github.x2i4j.model.media.video;

import io.github.x2i4j.model.media.RgbImage;
import org.jcodec.codecs.h264.io.model.Frame;

/** Decoded pictures as RGB: cut to what is shown, converted, turned. */
final class FramePixels {
    private static final int LEVELS = 256;
    private static final int GREY = 128;

    private FramePixels() {
    }

    /**
     * The four products of the conversion, by byte: R = y + rv, G = y - gu - gv, B = y + bu.
     */
    private record Table(float[] y, float[] rv, float[] gu, float[] gv, float[] bu) {
        /**
         * @param kr share of red in luma
         * @param kb share of blue in luma
         */
        static Table of(double kr, double kb, boolean fullRange) {
            double luma = fullRange ? 1 : 255.0 / 219;
            double chroma = fullRange ? 2 : 255.0 / 112;
            double kg = 1 - kr - kb;
            Table t = new Table(new float[LEVELS], new float[LEVELS], new float[LEVELS], new float[LEVELS], new float[LEVELS]);
            for (int i = 0; i < LEVELS; i++) {
                int c = i - GREY;
                t.y[i] = (float) (luma * (fullRange ? i : i - 16));
                t.rv[i] = (float) (chroma * (1 - kr) * c);
                t.gv[i] = (float) (chroma * (1 - kr) * kr / kg * c);
                t.gu[i] = (float) (chroma * (1 - kb) * kb / kg * c);
                t.bu[i] = (float) (chroma * (1 - kb) * c);
            }
            return t;
        }
    }

    /**
     * BT.601 unless the stream says BT.709; a chroma sample colours its 2 x 2 pixels.
     *
     * @param quarterTurns by 90 degrees clockwise
     */
    static RgbImage rgb(H264Decoder.Decoded picture, int quarterTurns) {
        SequenceParameters s = picture.format();
        Frame frame = picture.frame();
        Table t = s.bt709() ? Table.of(0.2126, 0.0722, s.fullRange()) : Table.of(0.299, 0.114, s.fullRange());
        int stride = frame.getPlaneWidth(0);
        int width = s.width();
        int height = s.height();
        byte[] luma = frame.getPlaneData(0);
        byte[] cb = frame.getPlaneData(1);
        byte[] cr = frame.getPlaneData(2);
        byte[] rgb = new byte[3 * width * height];
        int o = 0;
        for (int row = s.top(); row < s.top() + height; row++) {
            for (int column = s.left(); column < s.left() + width; column++) {
                int chroma = (row >> 1) * (stride >> 1) + (column >> 1);
                // JCodec keeps samples minus 128
                float y = t.y[luma[row * stride + column] + GREY];
                int u = cb[chroma] + GREY;
                int v = cr[chroma] + GREY;
                rgb[o++] = clip(y + t.rv[v]);
                rgb[o++] = clip(y - t.gu[u] - t.gv[v]);
                rgb[o++] = clip(y + t.bu[u]);
            }
        }
        return turn(new RgbImage(width, height, rgb), quarterTurns);
    }

    private static byte clip(float v) {
        return (byte) Math.max(0, Math.min(LEVELS - 1, Math.round(v)));
    }

    private static RgbImage turn(RgbImage image, int quarterTurns) {
        RgbImage turned = image;
        for (int k = 0; k < quarterTurns; k++) {
            turned = turnOnce(turned);
        }
        return turned;
    }

    private static RgbImage turnOnce(RgbImage image) {
        int width = image.height();
        int height = image.width();
        byte[] out = new byte[image.rgb().length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                System.arraycopy(image.rgb(), 3 * ((width - 1 - x) * image.width() + y), out, 3 * (y * width + x), 3);
            }
        }
        return new RgbImage(width, height, out);
    }
}
