package io.github.x2i4j.model.media.video;

import io.github.x2i4j.model.media.RgbImage;
import java.util.List;
import java.util.function.Function;

/** A clip whose frames are numbered in the order in which they are shown. */
public interface Video {
    /** How messages call it. */
    String name();

    /** Number of frames, at least 1. */
    int totalFrames();

    /** Pixels a row of a frame. */
    int width();

    /** Rows of a frame. */
    int height();

    /** Frames a second: their number by the sum of their durations. */
    double averageFps();

    /** A clip of the same name, length and size, all of whose frames are black: nothing is decoded. */
    default Video blank() {
        return new BlankVideo(name(), totalFrames(), averageFps(), width(), height());
    }

    /** The same clip, whose decoding is watched. */
    Video watched(DecodeWatch watch);

    /**
     * Decodes frames. One frame is in memory at a time, beside what {@code use} keeps of it and what the decoder refers to.
     *
     * @param indices ascending, each in [0, {@link #totalFrames})
     * @param use receives the frames in the order in which they are decoded, which is not that of {@code indices}
     * @return what {@code use} returned, in the order of {@code indices}
     * @throws io.github.x2i4j.engine.InvalidInputException if the file is corrupt or truncated
     * @throws io.github.x2i4j.engine.UnsupportedFeatureException if it uses a feature of its codec that is not decoded
     */
    <T> List<T> frames(int[] indices, Function<RgbImage, T> use);
}
