package io.github.x2i4j.model.internvl;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.model.mllm.PromptIds;

/**
 * A prompt made ready for the networks.
 *
 * @param text after the chat template, places of the picture's tokens included
 * @param prompt token ids, cut and padded
 * @param image the picture (in a dialogue, all pictures), or null
 * @param imageTokenId id that stands for one token of the picture
 */
public record InternVlInputs(String text, PromptIds prompt, PixelTiles image, long imageTokenId) {

    /** The same as tensors of {@code f}. */
    public InternVlModel.Input tensors(Ops f) {
        return new InternVlModel.Input(prompt.ids(), prompt.attentionMask(), image == null ? null : image.tensor(f), imageTokenId);
    }
}
