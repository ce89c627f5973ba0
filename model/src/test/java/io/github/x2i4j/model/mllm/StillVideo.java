package io.github.x2i4j.model.mllm;

import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.media.video.DecodeWatch;
import io.github.x2i4j.model.media.video.Video;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** A clip in which nothing moves, at one frame a second. */
public record StillVideo(int totalFrames, int width, int height) implements Video {
    @Override
    public String name() {
        return "still.mp4";
    }

    @Override
    public double averageFps() {
        return 1;
    }

    @Override
    public Video watched(DecodeWatch watch) {
        return this;
    }

    @Override
    public <T> List<T> frames(int[] indices, Function<RgbImage, T> use) {
        return Arrays.stream(indices).mapToObj(i -> use.apply(new RgbImage(width, height, new byte[3 * width * height]))).toList();
    }
}
