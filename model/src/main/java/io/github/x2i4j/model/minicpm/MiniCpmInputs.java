package io.github.x2i4j.model.minicpm;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.mllm.PromptIds;
import java.util.List;

/**
 * A prompt made ready for the networks.
 *
 * @param text after the chat template, places of the tokens of pictures and sounds included
 * @param prompt token ids, cut and padded; the reference lets its networks read pads like any other token
 * @param images the pictures
 * @param imageBounds rows of the prompt of each picture
 */
public record MiniCpmInputs(String text, PromptIds prompt, List<PixelPatches> images, List<TokenBounds> imageBounds) {

    /** The same as tensors of {@code f}. */
    public MiniCpmModel.Input tensors(Ops f) {
        List<Tensor> pixels = images.stream().map(i -> i.tensor(f)).toList();
        return new MiniCpmModel.Input(prompt.ids(), new MiniCpmModel.Pictures(pixels, images.stream().map(PixelPatches::grid).toList(),
                imageBounds), MiniCpmModel.Sounds.NONE);
    }
}
