package io.github.x2i4j.model.media.video;

/**
 * Limits of what is read.
 *
 * @param maxPixels frames with more are refused before anything is decoded
 * @param maxSeconds longer clips are refused
 * @param maxFrames clips with more frames are refused: the index of a clip is kept in memory
 */
public record VideoOptions(long maxPixels, double maxSeconds, int maxFrames) {
    private static final int FRAMES_A_SECOND = 60;

    /** 4096 x 2304 pixels, an hour at 60 frames a second. */
    public static final VideoOptions DEFAULT = new VideoOptions(4096 * 2304, 3600, 3600 * FRAMES_A_SECOND);

    public VideoOptions {
        if (maxPixels < 1 || !(maxSeconds > 0) || maxFrames < 1) {
            throw new IllegalArgumentException("at most " + maxPixels + " pixels, " + maxSeconds + " seconds, " + maxFrames + " frames");
        }
    }

    /** These options with another length, and 60 frames for each second of it. */
    public VideoOptions limit(double seconds) {
        return new VideoOptions(maxPixels, seconds, (int) Math.max(1, Math.min(Integer.MAX_VALUE, seconds * FRAMES_A_SECOND)));
    }
}
