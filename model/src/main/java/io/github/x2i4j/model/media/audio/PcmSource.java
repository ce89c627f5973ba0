package io.github.x2i4j.model.media.audio;

import java.io.IOException;

/** A sound that is decoded bit by bit, from its beginning to its end. */
interface PcmSource {
    /** Frames (one sample for each channel) in a second. */
    int sampleRate();

    int channels();

    /** Frames in all, or -1 where only reading to the end can tell. */
    long frames();

    /**
     * Reads on.
     *
     * @param interleaved receives frames, their channels side by side, nominally in [-1, 1]
     * @param count frames wanted; {@code interleaved} has room for them
     * @return frames read, at least one, or -1 at the end
     */
    int read(float[] interleaved, int count) throws IOException;
}
