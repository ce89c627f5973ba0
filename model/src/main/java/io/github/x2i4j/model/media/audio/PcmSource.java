package io.github.x2i4j.model.media.audio;

import java.io.IOException;

/** A sound that is decoded bit by bit, from its beginning to its end. */
interface PcmSource {
    PcmFormat format();

    /**
     * Reads on.
     *
     * @param interleaved receives frames, their channels side by side, nominally in [-1, 1]
     * @param count frames wanted; {@code interleaved} has room for them
     * @return frames read, at least one, or -1 at the end
     */
    int read(float[] interleaved, int count) throws IOException;
}
