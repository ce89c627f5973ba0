package io.github.x2i4j.model.qwen;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.tokenizer.MarkedText;
import io.github.x2i4j.loader.tokenizer.Tokenizer;
import io.github.x2i4j.model.media.PilResize;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.mllm.MllmPrompt;
import io.github.x2i4j.model.mllm.PromptIds;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.mllm.PromptOptions.SpecialTokens;
import io.github.x2i4j.model.prompt.ChatMessage;
import io.github.x2i4j.model.prompt.QwenChatTemplate;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Prompt and pictures to token ids and pixel patches, as X2I's script and transformers' {@code Qwen2_5_VLProcessor} make them.
 *
 * @param imageTokenId id of the placeholder, which is grown to as many as the picture has tokens
 */
public record QwenProcessor(Tokenizer tokenizer, QwenImageProcessor imageProcessor, long imageTokenId) {
    /** What the reference writes while it grows placeholders, and turns into a picture's token where the user typed it. */
    private static final String GROWING = "<|placeholder|>";

    /**
     * Makes a prompt ready.
     *
     * @param warnings receives a sentence if the text is cut
     * @throws InvalidInputException if there is nothing to read, a picture is too small or too narrow, or its tokens would be cut
     */
    public QwenVlInputs process(MllmPrompt prompt, PromptOptions options, Consumer<String> warnings) {
        if ((prompt.text() == null || prompt.text().isEmpty()) && prompt.images().isEmpty()) {
            throw new InvalidInputException("the prompt has neither text nor pictures; give at least one of them");
        }
        boolean literal = options.specialTokens() == SpecialTokens.NEUTRALISE;
        if (prompt.text() != null && !literal && !prompt.images().isEmpty() && prompt.text().contains(GROWING)) {
            throw new InvalidInputException("the text holds " + GROWING + ", which claims a token of a picture; remove it or have special "
                    + "tokens in the text neutralised");
        }
        List<PixelPatches> images = prompt.images().stream().map(i -> imageProcessor.image(squash(i, options.imageSize()))).toList();
        MarkedText text = QwenChatTemplate.render(List.of(ChatMessage.user(images.size(), 0, prompt.text(), literal)));
        int[] ids = grow(tokenizer.encode(text, false), images);
        String media = images.isEmpty() ? null : "tokens of the pictures: "
                + images.stream().map(p -> String.valueOf(tokens(p))).collect(Collectors.joining(", "));
        ids = PromptIds.cut(ids, options, tokenizer, imageTokenId, media, warnings);
        PromptIds padded = PromptIds.pad(ids, options, tokenizer::padId);
        return new QwenVlInputs(text.text(), padded.ids(), padded.attentionMask(), images);
    }

    private static RgbImage squash(RgbImage image, PromptOptions.ImageSize size) {
        return size == null ? image : PilResize.resize(image, size.width(), size.height(), PilResize.Filter.BICUBIC);
    }

    /** Repeats the placeholder of each picture as often as the picture has tokens. */
    private int[] grow(int[] ids, List<PixelPatches> images) {
        long placeholders = Arrays.stream(ids).filter(id -> id == imageTokenId).count();
        if (!images.isEmpty() && placeholders != images.size()) {
            throw new InvalidInputException("the text holds placeholders of pictures of its own (" + (placeholders - images.size())
                    + "); remove them or have special tokens in the text neutralised");
        }
        IntStream.Builder out = IntStream.builder();
        int next = 0;
        for (int id : ids) {
            int repeat = id == imageTokenId && !images.isEmpty() ? tokens(images.get(next++)) : 1;
            for (int k = 0; k < repeat; k++) {
                out.add(id);
            }
        }
        return out.build().toArray();
    }

    private int tokens(PixelPatches image) {
        return image.grid().tokens(imageProcessor.mergeSize());
    }
}
