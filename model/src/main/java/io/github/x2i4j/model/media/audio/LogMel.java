package io.github.x2i4j.model.media.audio;

/**
 * Whisper's features: the logarithm of a mel spectrogram of 80 bands and a frame every 10 ms, of a piece of up to 30 seconds at
 * 16 kHz that silence fills up (transformers' WhisperFeatureExtractor). Tables and sums are in double precision.
 */
final class LogMel {
    static final int BANDS = 80;
    static final int HOP = 160;
    /** Samples of a piece. */
    static final int PIECE = 30 * Resampler.RATE;
    /** Frames of a piece. */
    static final int FRAMES = PIECE / HOP;

    private static final int WINDOW = 400;
    private static final int BINS = WINDOW / 2 + 1;
    private static final double FLOOR = 1e-10;
    private static final double RANGE = 8;

    private final double[] hann = new double[WINDOW];
    /** cos and sin of 2 pi k n / 400: row n, column k. */
    private final double[][] cos = new double[BINS][BINS];
    private final double[][] sin = new double[BINS][BINS];
    /** Filter [band][bin - firstBin[band]]. */
    private final double[][] filters = new double[BANDS][];
    private final int[] firstBin = new int[BANDS];

    LogMel() {
        for (int i = 0; i < WINDOW; i++) {
            hann[i] = 0.5 - 0.5 * Math.cos(2 * Math.PI * i / WINDOW);
        }
        for (int n = 0; n < BINS; n++) {
            for (int k = 0; k < BINS; k++) {
                cos[n][k] = Math.cos(2 * Math.PI * (n * k % WINDOW) / WINDOW);
                sin[n][k] = Math.sin(2 * Math.PI * (n * k % WINDOW) / WINDOW);
            }
        }
        for (int band = 0; band < BANDS; band++) {
            int first = 0;
            while (filter(first, band) == 0) {
                first++;
            }
            int end = first;
            while (end < BINS && filter(end, band) != 0) {
                end++;
            }
            firstBin[band] = first;
            filters[band] = new double[end - first];
            for (int bin = first; bin < end; bin++) {
                filters[band][bin - first] = filter(bin, band);
            }
        }
    }

    /** Valid frames of a number of samples. */
    static int frames(long samples) {
        return Math.toIntExact(Math.ceilDiv(samples, (long) HOP));
    }

    /** Weight of a frequency bin (40 Hz apart) in a band: Slaney's triangle of unit area, rounded to single precision. */
    static float filter(int bin, int band) {
        double f = bin * (double) Resampler.RATE / WINDOW;
        double low = bandEdge(band);
        double middle = bandEdge(band + 1);
        double high = bandEdge(band + 2);
        double triangle = Math.max(0, Math.min((f - low) / (middle - low), (high - f) / (high - middle)));
        return (float) (triangle * 2 / (high - low));
    }

    /** Edge {@code i} of the bands in Hz: 82 points at equal distances on Slaney's mel scale from 0 to 8000 Hz. */
    private static double bandEdge(int i) {
        double step = Math.log(6.4) / 27;
        double top = 15 + Math.log(8) / step;
        double mel = i * top / (BANDS + 1);
        return mel < 15 ? mel * 200 / 3 : 1000 * Math.exp(step * (mel - 15));
    }

    /**
     * Computes the features of a piece.
     *
     * @param samples the sound; the piece is [from, to), at most {@link #PIECE} samples
     * @param out receives [80, stride] from {@code at} on; of each row the first {@code count} frames are written
     */
    void features(float[] samples, int from, int to, float[] out, int at, int stride, int count) {
        if (to - from < 1 || to - from > PIECE || count > FRAMES) {
            throw new IllegalArgumentException("a piece of " + (to - from) + " samples and " + count + " frames");
        }
        // frames that hold sound; all later ones are silent and hold the floor
        int sounding = Math.min(FRAMES, (to - from + WINDOW / 2 - 1) / HOP + 1);
        double silent = Math.log10(FLOOR);
        double max = silent;
        float[] log = new float[BANDS * sounding];
        double[] windowed = new double[WINDOW];
        double[] power = new double[BINS];
        for (int t = 0; t < sounding; t++) {
            for (int i = 0; i < WINDOW; i++) {
                windowed[i] = hann[i] * sample(samples, from, to, t * HOP + i - WINDOW / 2);
            }
            power(windowed, power);
            for (int band = 0; band < BANDS; band++) {
                double mel = 0;
                for (int i = 0; i < filters[band].length; i++) {
                    mel += filters[band][i] * power[firstBin[band] + i];
                }
                double l = Math.log10(Math.max(mel, FLOOR));
                max = Math.max(max, l);
                log[band * sounding + t] = (float) l;
            }
        }
        for (int band = 0; band < BANDS; band++) {
            for (int t = 0; t < count; t++) {
                double l = t < sounding ? log[band * sounding + t] : silent;
                out[at + band * stride + t] = (float) ((Math.max(l, max - RANGE) + 4) / 4);
            }
        }
    }

    /** Sample {@code i} of the piece filled up to 30 seconds and mirrored at both ends. */
    private static float sample(float[] samples, int from, int to, int i) {
        int mirrored = i < 0 ? -i : i >= PIECE ? 2 * (PIECE - 1) - i : i;
        return mirrored < to - from ? samples[from + mirrored] : 0;
    }

    /** Squared magnitudes of the bins 0 .. 200 of a real window; pairs of samples n and 400 - n share their row of the tables. */
    private void power(double[] x, double[] power) {
        double[] re = new double[BINS];
        double[] im = new double[BINS];
        for (int n = 0; n < BINS; n++) {
            boolean alone = n == 0 || n == WINDOW / 2;
            double even = alone ? x[n] : x[n] + x[WINDOW - n];
            double odd = alone ? 0 : x[n] - x[WINDOW - n];
            double[] c = cos[n];
            double[] s = sin[n];
            for (int k = 0; k < BINS; k++) {
                re[k] += even * c[k];
                im[k] += odd * s[k];
            }
        }
        for (int k = 0; k < BINS; k++) {
            power[k] = re[k] * re[k] + im[k] * im[k];
        }
    }
}
