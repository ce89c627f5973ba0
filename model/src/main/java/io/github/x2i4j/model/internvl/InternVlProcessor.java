package io.github.x2i4j.model.internvl;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.tokenizer.MarkedText;
import io.github.x2i4j.loader.tokenizer.Tokenizer;
import io.github.x2i4j.model.mllm.MediaTokens;
import io.github.x2i4j.model.mllm.MllmPrompt;
import io.github.x2i4j.model.mllm.MllmTurn;
import io.github.x2i4j.model.mllm.PromptIds;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.mllm.PromptOptions.Template;
import io.github.x2i4j.model.prompt.InternVlChatTemplate;
import io.github.x2i4j.model.prompt.InternVlChatTemplate.Question;
import io.github.x2i4j.model.prompt.PromptStyle;
import io.github.x2i4j.model.qwen.QwenVlUtils;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Prompt and picture to token ids and tiles, as X2I's InternVL script makes them: the words as {@code str(dict)} with two keys inside the
 * conversation template, at most one picture.
 *
 * @param tileTokens tokens of the language model that a tile becomes
 * @param imageTokenId id that stands for one of them
 * @param padId id of {@code <|endoftext|>}, which the script pads with
 */
public record InternVlProcessor(Tokenizer tokenizer, InternVlImageProcessor imageProcessor, int tileTokens, int imageTokenId, int padId) {
    /** Tokens that begin and end a picture. */
    private static final int AROUND = 2;

    /** A prompt by itself. */
    public InternVlInputs process(MllmPrompt prompt, PromptOptions options, Consumer<String> warnings) {
        return process(List.of(), prompt, options, warnings);
    }

    /**
     * Makes a prompt ready.
     *
     * @param past turns of the dialogue before
     * @param warnings receives a sentence if the text is cut
     * @throws InvalidInputException if there is nothing to read, or tokens of the picture would be cut
     * @throws UnsupportedFeatureException if the family does not do what is asked
     */
    public InternVlInputs process(List<MllmTurn> past, MllmPrompt prompt, PromptOptions options, Consumer<String> warnings) {
        InternVlFamily.ABILITIES.check(past, prompt);
        InternVlFamily.ABILITIES.check(past, options);
        List<MllmPrompt> said = Stream.concat(past.stream().map(MllmTurn::said), Stream.of(prompt)).toList();
        List<PixelTiles> images = said.stream().flatMap(p -> p.images().stream()).map(i -> imageProcessor.tiles(QwenVlUtils.prepare(i,
                options.pictures(), QwenVlUtils.FACTOR))).toList();
        Iterator<PixelTiles> next = images.iterator();
        List<Question> questions = said.stream().map(p -> new Question(style(options).with(!p.images().isEmpty()).format(p.text()),
                p.images().isEmpty() ? 0 : next.next().count() * tileTokens)).toList();
        MarkedText text = options.template() == Template.BARE ? InternVlChatTemplate.bare(questions.getLast(), options.literal())
                : InternVlChatTemplate.render(questions, past.stream().map(MllmTurn::answer).toList(), options.literal());
        int[] ids = tokenizer.encode(text, false);
        check(ids, questions.stream().mapToInt(Question::imageTokens).sum());
        MediaTokens media = new MediaTokens.Builder().add("picture", questions.stream().filter(q -> q.imageTokens() > 0)
                .mapToLong(q -> q.imageTokens() + AROUND).toArray()).build("squash pictures to one tile (--image-rule squash128)");
        if (!past.isEmpty()) {
            PromptIds.whole(ids, options, media);
        }
        ids = PromptIds.cut(ids, options, tokenizer, id -> id == imageTokenId, media, warnings);
        return new InternVlInputs(text.text(), PromptIds.pad(ids, options, () -> padId), images.isEmpty() ? null : PixelTiles.join(images),
                imageTokenId);
    }

    private static PromptStyle style(PromptOptions options) {
        return options.style() == null ? PromptStyle.DICT2 : options.style();
    }

    private void check(int[] ids, int imageTokens) {
        long places = Arrays.stream(ids).filter(id -> id == imageTokenId).count();
        if (imageTokens > 0 && places != imageTokens) {
            throw new InvalidInputException("the text holds placeholders of pictures of its own (" + (places - imageTokens)
                    + "); remove them or have special tokens in the text neutralised (--placeholders neutralise)");
        }
    }
}
