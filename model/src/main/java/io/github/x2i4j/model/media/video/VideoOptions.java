package io.github.x2i4j.model.media.video;

/**
 * Limits of what is read.
 *
 * @param maxPixels frames with more are refused before anything is decoded
 * @param maxSeconds longer clips are refused
 * @param maxFrames clips with more frames are refused
 */
public record VideoOptions(long maxPixels, double maxSeconds, int maxFrames) {
    /** 4096 x 2304 pixels, an hour at 60 frames a second. */
    public static final VideoOptions DEFAULT = new VideoOptions(4096 * 2304, 3600, 216_000);

    public VideoOptions {
        if (maxPixels < 1 || !(maxSeconds > 0) || maxFrames < 1) {
            throw new IllegalArgumentException("at most " + maxPixels + " pixels, " + maxSeconds + " seconds, " + maxFrames + " frames");
        }
    }
}
