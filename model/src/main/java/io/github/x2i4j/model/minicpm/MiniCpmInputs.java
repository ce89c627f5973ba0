package io.github.x2i4j.model.minicpm;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.media.audio.AudioFeatures;
import io.github.x2i4j.model.mllm.PromptIds;
import java.util.List;

/**
 * A prompt made ready for the networks.
 *
 * @param text after the chat template, places of the tokens of pictures and sounds included
 * @param prompt token ids, cut and padded; the reference lets its networks read pads like any other token
 * @param images the pictures
 * @param imageBounds rows of the prompt of each picture
 * @param sounds spectrograms of the pieces of all sounds, or null for no sounds
 * @param audioBounds rows of the prompt that their tokens fill one after the other
 */
public record MiniCpmInputs(String text, PromptIds prompt, List<PixelPatches> images, List<TokenBounds> imageBounds,
        AudioFeatures sounds, List<TokenBounds> audioBounds) {

    /** The same as tensors of {@code f}. */
    public MiniCpmModel.Input tensors(Ops f) {
        List<Tensor> pixels = images.stream().map(i -> i.tensor(f)).toList();
        return new MiniCpmModel.Input(prompt.ids(), new MiniCpmModel.Pictures(pixels, images.stream().map(PixelPatches::grid).toList(),
                imageBounds), sounds == null ? MiniCpmModel.Sounds.NONE : new MiniCpmModel.Sounds(
                f.floats(sounds.values(), sounds.pieces(), AudioFeatures.BANDS, sounds.frames()), sounds.lengths(), audioBounds));
    }
}
