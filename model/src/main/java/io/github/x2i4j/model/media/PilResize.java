package io.github.x2i4j.model.media;

/**
 * Resizing of 8-bit pictures exactly as Pillow's {@code Image.resize} does it: an antialiasing filter in 22-bit fixed point, the
 * rows first, rounded to 8 bits, then the columns ({@code ImagingResampleInner} in libImaging/Resample.c).
 */
public final class PilResize {
    private static final int PRECISION_BITS = 22;
    private static final int HALF = 1 << PRECISION_BITS - 1;

    private PilResize() {
    }

    /** Interpolation kernels, scaled up with the reduction where a picture shrinks. */
    public enum Filter {
        BILINEAR(1) {
            @Override
            double at(double x) {
                double t = Math.abs(x);
                return t < 1 ? 1 - t : 0;
            }
        },
        /** Cubic convolution with a = -0.5 (Keys 1981). */
        BICUBIC(2) {
            private static final double A = -0.5;

            @Override
            double at(double x) {
                double t = Math.abs(x);
                if (t < 1) {
                    return ((A + 2) * t - (A + 3)) * t * t + 1;
                }
                return t < 2 ? (((t - 5) * t + 8) * t - 4) * A : 0;
            }
        },
        /** Sinc windowed by the main lobe of a sinc three times as wide. */
        LANCZOS(3) {
            @Override
            double at(double x) {
                return -3 <= x && x < 3 ? sinc(x) * sinc(x / 3) : 0;
            }
        };

        private final double support;

        Filter(double support) {
            this.support = support;
        }

        abstract double at(double x);

        private static double sinc(double x) {
            return x == 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
        }
    }

    /**
     * The picture at another size; the picture itself where the size is the same.
     *
     * @throws IllegalArgumentException if the size is not positive or the result would not fit an array
     */
    public static RgbImage resize(RgbImage image, int width, int height, Filter filter) {
        if (width < 1 || height < 1 || 3L * width * height > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("cannot resize to " + width + " x " + height);
        }
        if (width == image.width() && height == image.height()) {
            return image;
        }
        Axis horizontal = width == image.width() ? null : new Axis(image.width(), width, filter);
        byte[] out = new byte[3 * width * height];
        if (height == image.height()) {
            for (int y = 0; y < height; y++) {
                horizontal.apply(image.rgb(), y * 3 * image.width(), out, y * 3 * width);
            }
        } else {
            resizeBoth(image, width, horizontal, new Axis(image.height(), height, filter), out);
        }
        return new RgbImage(width, height, out);
    }

    /**
     * Both axes, one source row after the other: each is resized horizontally and added to the sums of all the result's rows that
     * it has a weight in. So the picture between the two passes never exists as a whole.
     */
    private static void resizeBoth(RgbImage image, int width, Axis horizontal, Axis vertical, byte[] out) {
        int rowBytes = 3 * width;
        byte[] row = new byte[rowBytes];
        int[][] sums = new int[vertical.mostOpen()][rowBytes];
        int first = 0; // the first row of the result that is not finished
        int next = 0; // the first one that has not begun
        int rows = vertical.size();
        for (int y = vertical.low[0]; first < rows; y++) {
            if (horizontal == null) {
                System.arraycopy(image.rgb(), y * rowBytes, row, 0, rowBytes);
            } else {
                horizontal.apply(image.rgb(), y * 3 * image.width(), row, 0);
            }
            for (; next < rows && vertical.low[next] <= y; next++) {
                java.util.Arrays.fill(sums[next % sums.length], HALF);
            }
            for (int o = first; o < next; o++) {
                addScaled(sums[o % sums.length], row, vertical.weights[o][y - vertical.low[o]]);
            }
            for (; first < next && vertical.high(first) == y + 1; first++) {
                toBytes(sums[first % sums.length], out, first * rowBytes);
            }
        }
    }

    private static void addScaled(int[] sum, byte[] row, int weight) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += weight * (row[i] & 0xFF);
        }
    }

    private static void toBytes(int[] sum, byte[] out, int to) {
        for (int i = 0; i < sum.length; i++) {
            out[to + i] = toByte(sum[i]);
        }
    }

    private static byte toByte(int sum) {
        return (byte) Math.clamp(sum >> PRECISION_BITS, 0, 255);
    }

    /** The weights of one axis: result {@code o} is made of the sources from {@code low[o]} on. */
    private static final class Axis {
        private final int[] low;
        private final int[][] weights;

        Axis(int in, int out, Filter filter) {
            double scale = (double) in / out;
            double filterScale = Math.max(scale, 1);
            double support = filter.support * filterScale;
            double inverse = 1 / filterScale;
            low = new int[out];
            weights = new int[out][];
            double[] exact = new double[(int) Math.ceil(support) * 2 + 1];
            for (int o = 0; o < out; o++) {
                double centre = (o + 0.5) * scale;
                low[o] = Math.max(0, (int) (centre - support + 0.5));
                int count = Math.min(in, (int) (centre + support + 0.5)) - low[o];
                double sum = 0;
                for (int i = 0; i < count; i++) {
                    exact[i] = filter.at((i + low[o] - centre + 0.5) * inverse);
                    sum += exact[i];
                }
                weights[o] = new int[count];
                for (int i = 0; i < count; i++) {
                    double w = sum == 0 ? exact[i] : exact[i] / sum;
                    weights[o][i] = (int) (w * (1 << PRECISION_BITS) + (w < 0 ? -0.5 : 0.5));
                }
            }
        }

        int size() {
            return low.length;
        }

        int high(int o) {
            return low[o] + weights[o].length;
        }

        /** Most results that one source has a weight in. */
        int mostOpen() {
            int most = 1;
            int first = 0;
            for (int o = 0; o < low.length; o++) {
                while (high(first) <= low[o]) {
                    first++;
                }
                most = Math.max(most, o - first + 1);
            }
            return most;
        }

        /** Resizes one row of three interleaved channels. */
        void apply(byte[] in, int from, byte[] out, int to) {
            for (int o = 0; o < low.length; o++) {
                int[] w = weights[o];
                int at = from + 3 * low[o];
                int red = HALF;
                int green = HALF;
                int blue = HALF;
                for (int i = 0; i < w.length; i++, at += 3) {
                    red += w[i] * (in[at] & 0xFF);
                    green += w[i] * (in[at + 1] & 0xFF);
                    blue += w[i] * (in[at + 2] & 0xFF);
                }
                out[to + 3 * o] = toByte(red);
                out[to + 3 * o + 1] = toByte(green);
                out[to + 3 * o + 2] = toByte(blue);
            }
        }
    }
}
