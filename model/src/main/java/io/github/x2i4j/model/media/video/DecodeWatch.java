package io.github.x2i4j.model.media.video;

/** Told how far the decoding of frames has come; can stop it. */
@FunctionalInterface
public interface DecodeWatch {
    /** Watches nothing. */
    DecodeWatch NONE = (done, of) -> { };

    /**
     * Called once with 0 when decoding begins, then before every other packet, and once with {@code of} when all is decoded. What it throws ends the
     * decoding.
     *
     * @param done packets that are decoded or passed over
     * @param of packets up to the last that is needed
     */
    void decoded(int done, int of);
}
