package io.github.x2i4j.model.media.audio;

import java.util.Arrays;

/**
 * Brings a mono sound to 16 kHz with a Kaiser-windowed sinc of linear phase and no delay, as soxr's quality HQ does: the band up
 * to 0.91374 of the lower Nyquist frequency passes, everything above that frequency is stopped. Samples outside the sound are 0;
 * n samples become ceil(n * 16000 / rate). A sound of 16 kHz passes unchanged.
 */
final class Resampler {
    static final int RATE = 16_000;

    private static final double PASS_BAND = 0.91374;
    private static final double CUT_OFF = 0.95687;
    private static final int BLOCK = 1 << 14;

    /** Most filter weights kept: sounds of odd rates need a set for nearly every sample. */
    private static final long MOST_WEIGHTS = 1 << 24;

    private final int up;
    private final int down;
    private final double halfWidth;
    private final double beta;
    private final double cutOff;
    private final int reach;
    private final float[][] phases;

    /** Samples received, from number {@code first} of the sound on. */
    private final float[] held;
    private int heldCount;
    private long first;
    private long received;

    private float[] out;
    private int outCount;

    /**
     * A resampler of one sound.
     *
     * @param rate of the input
     * @param expected samples of the input, if known, or 0
     */
    Resampler(int rate, long expected) throws UnsupportedAudioException {
        int gcd = gcd(rate, RATE);
        up = RATE / gcd;
        down = rate / gcd;
        double nyquist = Math.min(rate, RATE) / 2.0;
        // stop bands measured on soxr: its filters for multiples of 11025 Hz come in two stages
        double attenuation = rate % 11_025 == 0 ? 134 : rate < RATE ? 130 : 129;
        beta = 0.1102 * (attenuation - 8.7);
        halfWidth = 0.5 * (attenuation - 7.95) / (2.285 * 2 * Math.PI * (1 - PASS_BAND) * nyquist / rate);
        cutOff = 2 * CUT_OFF * nyquist / rate;
        reach = up == down ? 0 : (int) Math.ceil(halfWidth);
        if (up * (2L * reach + 2) > MOST_WEIGHTS) {
            throw new UnsupportedAudioException("has a sample rate of " + rate + " Hz, which is not read; convert it to 48000 Hz");
        }
        phases = new float[up][];
        held = new float[2 * reach + 2 + BLOCK];
        heldCount = reach; // the silence before the sound
        first = -reach;
        out = new float[Math.clamp(length(expected), 1, Integer.MAX_VALUE - 8)];
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    private long length(long samples) {
        return Math.ceilDiv(samples * up, (long) down);
    }

    /** Takes the next samples. */
    void accept(float[] samples, int count) {
        received += count;
        for (int from = 0; from < count;) {
            int n = Math.min(count - from, held.length - heldCount);
            System.arraycopy(samples, from, held, heldCount, n);
            heldCount += n;
            from += n;
            drain(Long.MAX_VALUE);
        }
    }

    /** The resampled sound. */
    float[] finish() {
        long total = length(received);
        float[] silence = new float[reach + 1];
        long real = received;
        accept(silence, silence.length);
        received = real;
        drain(total);
        return outCount == total && out.length == total ? out : Arrays.copyOf(out, Math.toIntExact(total));
    }

    /** Computes every output below {@code end} whose inputs are there, and lets go of inputs that no later one needs. */
    private void drain(long end) {
        long available = first + heldCount;
        while (outCount < end) {
            long position = (long) outCount * down;
            long centre = position / up;
            if (centre + reach + (reach == 0 ? 0 : 1) >= available) {
                break;
            }
            if (outCount == out.length) {
                out = Arrays.copyOf(out, Math.min(Integer.MAX_VALUE - 8, out.length + (out.length >> 1) + BLOCK));
            }
            int from = (int) (centre - reach - first);
            out[outCount++] = reach == 0 ? held[from] : convolve(weights((int) (position % up)), from);
        }
        int gone = Math.clamp((long) outCount * down / up - reach - first, 0, heldCount);
        if (gone > 0) {
            System.arraycopy(held, gone, held, 0, heldCount - gone);
            heldCount -= gone;
            first += gone;
        }
    }

    private float convolve(float[] weights, int from) {
        double a = 0;
        double b = 0;
        for (int i = 0; i < weights.length; i += 2) {
            a += (double) weights[i] * held[from + i];
            b += (double) weights[i + 1] * held[from + i + 1];
        }
        return (float) (a + b);
    }

    /** Weights of the inputs centre - reach .. centre + reach + 1 for an output that lies phase / up after the centre. */
    private float[] weights(int phase) {
        float[] w = phases[phase];
        if (w == null) {
            w = new float[2 * reach + 2];
            for (int i = 0; i < w.length; i++) {
                w[i] = (float) kernel((double) phase / up + reach - i);
            }
            phases[phase] = w;
        }
        return w;
    }

    private double kernel(double distance) {
        double u = distance / halfWidth;
        if (Math.abs(u) >= 1) {
            return 0;
        }
        double x = Math.PI * cutOff * distance;
        double sinc = x == 0 ? 1 : Math.sin(x) / x;
        return cutOff * sinc * bessel(beta * Math.sqrt(1 - u * u)) / bessel(beta);
    }

    /** The modified Bessel function of order 0. */
    private static double bessel(double x) {
        double term = 1;
        double sum = 1;
        for (int k = 1; term > 1e-17 * sum; k++) {
            term *= x * x / (4.0 * k * k);
            sum += term;
        }
        return sum;
    }
}
