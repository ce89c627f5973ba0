package io.github.x2i4j.model.qwen;

import io.github.x2i4j.engine.Ops;
import java.util.List;

/**
 * A prompt made ready for the networks.
 *
 * @param text after the chat template, one placeholder a picture
 * @param ids token ids [S], placeholders grown and pads included
 * @param attentionMask [S], 0 for pads
 */
public record QwenVlInputs(String text, long[] ids, long[] attentionMask, List<PixelPatches> images) {

    /** The same as tensors of {@code f}. */
    public QwenVlModel.Input tensors(Ops f) {
        return new QwenVlModel.Input(ids, attentionMask, VisionInput.of(f, images), VisionInput.NONE, new float[0]);
    }
}
