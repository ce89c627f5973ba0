package io.github.x2i4j.model.minicpm;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.tokenizer.MarkedText;
import io.github.x2i4j.loader.tokenizer.Tokenizer;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.media.audio.AudioFeatures;
import io.github.x2i4j.model.media.video.FrameRule;
import io.github.x2i4j.model.mllm.MediaTokens;
import io.github.x2i4j.model.mllm.MllmPrompt;
import io.github.x2i4j.model.mllm.MllmTurn;
import io.github.x2i4j.model.mllm.PromptIds;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.mllm.PromptOptions.Template;
import io.github.x2i4j.model.prompt.MiniCpmChatTemplate;
import io.github.x2i4j.model.qwen.QwenVlUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * Prompt and media to token ids, patches and spectrograms, as X2I's MiniCPM script makes them ({@code MiniCPMOProcessor}): pictures,
 * frames of videos, sounds, then the words as they are, inside the chat template.
 *
 * @param marks ids of the tokens around and for those of the media
 */
public record MiniCpmProcessor(Tokenizer tokenizer, MiniCpmImageProcessor imageProcessor, MarkIds marks) {
    /** Tokens around those of a picture: its two marks and the line break. */
    private static final int AROUND_IMAGE = 3;

    /** A prompt by itself. */
    public MiniCpmInputs process(MllmPrompt prompt, PromptOptions options, Consumer<String> warnings) {
        return process(List.of(), prompt, options, warnings);
    }

    /**
     * Makes a prompt ready.
     *
     * @param past turns of the dialogue before
     * @param warnings receives a sentence if the text is cut
     * @throws InvalidInputException if there is nothing to read, tokens of media would be cut, or the text claims media
     * @throws UnsupportedFeatureException if the family does not do what is asked
     */
    public MiniCpmInputs process(List<MllmTurn> past, MllmPrompt prompt, PromptOptions options, Consumer<String> warnings) {
        MiniCpmFamily.ABILITIES.check(past, prompt, false);
        MiniCpmFamily.ABILITIES.check(past, options);
        boolean literal = options.literal();
        if (!literal && prompt.text() != null) {
            checkText(prompt.text());
        }
        List<int[]> chosen = prompt.videos().stream().map(v -> FrameRule.MINICPM_O.indices(v.totalFrames(), v.averageFps(),
                FrameRule.SCRIPT_FPS)).toList();
        int count = prompt.images().size() + chosen.stream().mapToInt(frames -> frames.length).sum();
        String words = options.style() == null ? prompt.text() : options.style().with(count > 0).format(prompt.text());
        long[] heard = prompt.audios().stream().mapToLong(a -> AudioLengths.tokens(AudioLengths.frames(a.length))).toArray();
        MarkedText text = options.template() == Template.BARE
                ? MiniCpmChatTemplate.bare(words, count, imageProcessor.imageTokens(), heard, literal)
                : MiniCpmChatTemplate.render(words, count, imageProcessor.imageTokens(), heard, literal);
        MediaTokens media = media(prompt.images().size(), chosen, heard);
        int[] ids = PromptIds.cut(tokenizer.encode(text, false), options, tokenizer, id -> id == marks.place(), media, warnings);
        PromptIds padded = PromptIds.pad(ids, options, marks::pad);
        List<TokenBounds> bounds = count == 0 ? List.of() : imageBounds(padded.ids(), count);
        List<TokenBounds> audioBounds = heard.length == 0 ? List.of() : audioBounds(padded.ids(), LongStream.of(heard).sum());
        Function<RgbImage, PixelPatches> see = i -> imageProcessor.patches(QwenVlUtils.prepare(i, options.pictures(), QwenVlUtils.FACTOR));
        List<PixelPatches> images = new ArrayList<>(prompt.images().stream().map(see).toList());
        for (int v = 0; v < chosen.size(); v++) {
            images.addAll(prompt.videos().get(v).frames(chosen.get(v), see));
        }
        return new MiniCpmInputs(text.text(), padded, images, bounds, heard.length == 0 ? null : AudioFeatures.of(prompt.audios()), audioBounds);
    }

    /** How many tokens the media take; it does not depend on the pictures' size. */
    private MediaTokens media(int pictures, List<int[]> videos, long[] heard) {
        long each = imageProcessor.imageTokens() + AROUND_IMAGE;
        return new MediaTokens.Builder().add("picture", LongStream.generate(() -> each).limit(pictures).toArray())
                .add("video", videos.stream().mapToLong(frames -> frames.length * each).toArray()).add("sound", heard)
                .build("give fewer or shorter ones");
    }

    private static void checkText(String text) {
        for (String mark : List.of(MiniCpmChatTemplate.IMAGE_MARK, MiniCpmChatTemplate.AUDIO_MARK)) {
            if (text.contains(mark)) {
                throw new InvalidInputException("the text holds " + mark + ", which claims a picture or sound; remove it or have special "
                        + "tokens in the text neutralised (--placeholders neutralise)");
            }
        }
    }

    private List<TokenBounds> imageBounds(long[] ids, int count) {
        List<TokenBounds> bounds = marks.images(ids);
        if (bounds.size() != count || bounds.stream().anyMatch(b -> b.end() - b.begin() != imageProcessor.imageTokens())) {
            throw new InvalidInputException("the text holds marks of pictures of its own (" + (bounds.size() - count)
                    + "); remove them or have special tokens in the text neutralised (--placeholders neutralise)");
        }
        return bounds;
    }

    private List<TokenBounds> audioBounds(long[] ids, long tokens) {
        List<TokenBounds> bounds = marks.audios(ids);
        if (TokenBounds.total(bounds) != tokens) {
            throw new InvalidInputException("the text holds marks of sounds of its own; remove them or have special tokens in the text "
                    + "neutralised (--placeholders neutralise)");
        }
        return bounds;
    }
}
