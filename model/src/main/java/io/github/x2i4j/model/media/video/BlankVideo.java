package io.github.x2i4j.model.media.video;

import io.github.x2i4j.model.media.RgbImage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A clip of black frames, which stands for another where only lengths and sizes matter. */
record BlankVideo(String name, int totalFrames, double averageFps, int width, int height) implements Video {
    @Override
    public Video watched(DecodeWatch watch) {
        return this;
    }

    @Override
    public <T> List<T> frames(int[] indices, Function<RgbImage, T> use) {
        RgbImage black = new RgbImage(width, height, new byte[Math.multiplyExact(3, Math.multiplyExact(width, height))]);
        List<T> results = new ArrayList<>();
        for (int i = 0; i < indices.length; i++) {
            results.add(use.apply(black));
        }
        return results;
    }
}
