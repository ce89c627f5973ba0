package io.github.x2i4j.model.media;

/**
 * Resizing as torchvision does it with tensors of frames: antialiased bicubic (a = -0.5) in float32, the rows first, then the
 * columns, rounded to 8 bits once at the end ({@code torch.nn.functional.interpolate(antialias=True)}). Unlike {@link PilResize}
 * nothing is rounded between the two passes.
 */
public final class TorchResize {
    private static final float A = -0.5f;
    private static final float SUPPORT = 2;

    private TorchResize() {
    }

    /**
     * The picture at another size; the picture itself where the size is the same.
     *
     * @throws IllegalArgumentException if the size is not positive or the result would not fit an array
     */
    public static RgbImage bicubic(RgbImage image, int width, int height) {
        if (width < 1 || height < 1 || 3L * width * Math.max(height, image.height()) > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("cannot resize to " + width + " x " + height);
        }
        if (width == image.width() && height == image.height()) {
            return image;
        }
        Axis across = new Axis(image.width(), width);
        Axis down = new Axis(image.height(), height);
        float[] rows = new float[3 * width * image.height()];
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < 3; c++) {
                    float sum = 0;
                    for (int k = 0; k < across.weights[x].length; k++) {
                        sum += across.weights[x][k] * (image.rgb()[3 * (y * image.width() + across.first[x] + k) + c] & 0xFF);
                    }
                    rows[3 * (y * width + x) + c] = sum;
                }
            }
        }
        byte[] out = new byte[3 * width * height];
        for (int y = 0; y < height; y++) {
            for (int i = 0; i < 3 * width; i++) {
                float sum = 0;
                for (int k = 0; k < down.weights[y].length; k++) {
                    sum += down.weights[y][k] * rows[3 * width * (down.first[y] + k) + i];
                }
                out[3 * width * y + i] = (byte) Math.rint(Math.clamp(sum, 0f, 255f));
            }
        }
        return new RgbImage(width, height, out);
    }

    /** For each place of the result the first source place and the weights from there on. */
    private static final class Axis {
        final int[] first;
        final float[][] weights;

        Axis(int in, int out) {
            first = new int[out];
            weights = new float[out][];
            float scale = (float) in / out;
            float widened = Math.max(scale, 1);
            for (int i = 0; i < out; i++) {
                float centre = scale * (i + 0.5f);
                first[i] = Math.max((int) (centre - SUPPORT * widened + 0.5f), 0);
                int end = Math.min((int) (centre + SUPPORT * widened + 0.5f), in);
                float[] w = new float[end - first[i]];
                float total = 0;
                for (int k = 0; k < w.length; k++) {
                    w[k] = cubic((k + first[i] - centre + 0.5f) / widened);
                    total += w[k];
                }
                for (int k = 0; k < w.length; k++) {
                    w[k] /= total;
                }
                weights[i] = w;
            }
        }

        private static float cubic(float x) {
            float t = Math.abs(x);
            if (t < 1) {
                return ((A + 2) * t - (A + 3)) * t * t + 1;
            }
            return t < 2 ? (((t - 5) * t + 8) * t - 4) * A : 0;
        }
    }
}
