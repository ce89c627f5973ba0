package io.github.x2i4j.model.minicpm;

/** How long a sound is on its way through the audio encoder. */
public final class AudioLengths {
    /** Samples from a frame of the spectrogram to the next. */
    private static final int HOP = 160;

    private AudioLengths() {
    }

    /** Frames of the spectrogram of so many samples at 16 kHz. */
    public static long frames(long samples) {
        return Math.ceilDiv(samples, HOP);
    }

    /** Steps of the encoder for so many frames: its second convolution has stride 2. */
    public static long steps(long frames) {
        return Math.floorDiv(frames - 1, 2) + 1;
    }

    /** Tokens of the language model for so many frames: pairs of steps are averaged. May be 0. */
    public static long tokens(long frames) {
        return Math.floorDiv(steps(frames) - MiniCpmConfig.POOL, MiniCpmConfig.POOL) + 1;
    }
}
