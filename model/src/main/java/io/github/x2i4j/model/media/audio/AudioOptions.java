package io.github.x2i4j.model.media.audio;

/**
 * Which part of a sound is read.
 *
 * @param offset seconds left out at the beginning
 * @param duration seconds read at most, {@link Double#POSITIVE_INFINITY} for all
 * @param maxSeconds parts that last longer are refused
 */
public record AudioOptions(double offset, double duration, double maxSeconds) {
    /** The whole of a sound of up to 30 minutes. */
    public static final AudioOptions DEFAULT = new AudioOptions(0, Double.POSITIVE_INFINITY, 30 * 60);

    /** Longest part that can be asked for, eight hours: more samples than that would not fit into one array with room to work. */
    public static final double MOST_SECONDS = 8 * 3600;

    public AudioOptions {
        if (!(offset >= 0) || offset == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("an offset of " + offset + " seconds");
        }
        if (!(duration > 0)) {
            throw new IllegalArgumentException("a duration of " + duration + " seconds");
        }
        if (!(maxSeconds > 0 && maxSeconds <= MOST_SECONDS)) {
            throw new IllegalArgumentException("at most " + maxSeconds + " seconds; expected up to " + MOST_SECONDS);
        }
    }

    /** These options with another part of the sound. */
    public AudioOptions part(double offset, double duration) {
        return new AudioOptions(offset, duration, maxSeconds);
    }

    /** These options with another limit. */
    public AudioOptions limit(double seconds) {
        return new AudioOptions(offset, duration, seconds);
    }
}
