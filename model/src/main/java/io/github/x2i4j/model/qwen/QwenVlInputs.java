package io.github.x2i4j.model.qwen;

import io.github.x2i4j.engine.Ops;
import java.util.List;

/**
 * A prompt made ready for the networks.
 *
 * @param text after the chat template, one placeholder a picture or video
 * @param ids token ids [S], placeholders grown and pads included
 * @param attentionMask [S], 0 for pads
 * @param secondsPerGrid seconds between two steps in time, for each video
 */
public record QwenVlInputs(String text, long[] ids, long[] attentionMask, List<PixelPatches> images,
        List<PixelPatches> videos, float[] secondsPerGrid) {

    /** The same as tensors of {@code f}. */
    public QwenVlModel.Input tensors(Ops f) {
        return new QwenVlModel.Input(ids, attentionMask, VisionInput.of(f, images), VisionInput.of(f, videos), secondsPerGrid);
    }
}
