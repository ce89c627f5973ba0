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
import io.github.x2i4j.model.mllm.PromptOptions.Pictures;
import io.github.x2i4j.model.mllm.PromptOptions.Template;
import io.github.x2i4j.model.prompt.MiniCpmChatTemplate;
import io.github.x2i4j.model.prompt.Slices;
import io.github.x2i4j.model.qwen.QwenVlUtils;
import io.github.x2i4j.model.qwen.SmartResize;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Prompt and media to token ids, patches and spectrograms, as X2I's MiniCPM script makes them ({@code MiniCPMOProcessor}): pictures,
 * frames of videos, sounds, then the words as they are, inside the chat template.
 *
 * @param marks ids of the tokens around and for those of the media
 */
public record MiniCpmProcessor(Tokenizer tokenizer, MiniCpmImageProcessor imageProcessor, MarkIds marks) {
    /** Tokens around those of a picture: its two marks and the line break. */
    private static final int AROUND_IMAGE = 3;
    /** Tokens around those of a slice. */
    private static final int AROUND_SLICE = 2;

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
        MiniCpmFamily.ABILITIES.check(past, prompt);
        MiniCpmFamily.ABILITIES.check(past, options);
        List<MllmPrompt> said = Stream.concat(past.stream().map(MllmTurn::said), Stream.of(prompt)).toList();
        if (!options.literal()) {
            said.stream().map(MllmPrompt::text).filter(Objects::nonNull).forEach(MiniCpmProcessor::checkText);
        }
        List<Turn> turns = said.stream().map(p -> turn(p, options)).toList();
        MarkedText text = text(turns, past.stream().map(MllmTurn::answer).toList(), options);
        int[] ids = tokenizer.encode(text, false);
        MediaTokens media = media(turns);
        if (!past.isEmpty()) {
            PromptIds.whole(ids, options, media);
        }
        ids = PromptIds.cut(ids, options, tokenizer, id -> id == marks.place(), media, warnings);
        PromptIds padded = PromptIds.pad(ids, options, marks::pad);
        int pieces = turns.stream().flatMap(t -> t.message.pictures().stream()).mapToInt(s -> 1 + s.count()).sum();
        long heard = turns.stream().flatMapToLong(t -> LongStream.of(t.message.audioTokens())).sum();
        List<float[]> sounds = said.stream().flatMap(p -> p.audios().stream()).toList();
        List<TokenBounds> bounds = pieces == 0 ? List.of() : imageBounds(padded.ids(), pieces);
        List<TokenBounds> audioBounds = sounds.isEmpty() ? List.of() : audioBounds(padded.ids(), heard);
        List<PixelPatches> images = turns.stream().flatMap(t -> pictures(t, options.pictures()).stream()).toList();
        return new MiniCpmInputs(text.text(), padded, images, bounds, sounds.isEmpty() ? null : AudioFeatures.of(sounds), audioBounds);
    }

    /**
     * A turn of the user.
     *
     * @param frames indices of those that are seen of each video
     * @param message as the template takes it; its pictures are those of the prompt, then the frames
     */
    private record Turn(MllmPrompt said, List<int[]> frames, MiniCpmChatTemplate.Message message) {
    }

    private Turn turn(MllmPrompt p, PromptOptions options) {
        List<int[]> frames = p.videos().stream().map(v -> FrameRule.MINICPM_O.indices(v.totalFrames(), v.averageFps(), FrameRule.SCRIPT_FPS))
                .toList();
        List<Slices> pictures = new ArrayList<>();
        p.images().forEach(i -> pictures.add(slices(i.width(), i.height(), options.pictures())));
        for (int v = 0; v < frames.size(); v++) {
            Slices each = slices(p.videos().get(v).width(), p.videos().get(v).height(), options.pictures());
            pictures.addAll(Collections.nCopies(frames.get(v).length, each));
        }
        String words = options.style() == null ? p.text() : options.style().with(!pictures.isEmpty()).format(p.text());
        long[] heard = p.audios().stream().mapToLong(a -> AudioLengths.tokens(AudioLengths.frames(a.length))).toArray();
        return new Turn(p, frames, new MiniCpmChatTemplate.Message(words, pictures, heard));
    }

    private Slices slices(int width, int height, Pictures rule) {
        SmartResize.Size size = QwenVlUtils.prepared(width, height, rule, QwenVlUtils.FACTOR);
        return imageProcessor.slices(size.width(), size.height(), rule.maxSlices());
    }

    private MarkedText text(List<Turn> turns, List<String> answers, PromptOptions options) {
        if (options.template() == Template.BARE) {
            return MiniCpmChatTemplate.bare(turns.getLast().message, imageProcessor.imageTokens(), options.literal());
        }
        return MiniCpmChatTemplate.render(turns.stream().map(Turn::message).toList(), answers, imageProcessor.imageTokens(), options.literal());
    }

    private List<PixelPatches> pictures(Turn t, Pictures rule) {
        Function<RgbImage, List<PixelPatches>> see = i -> imageProcessor.pieces(QwenVlUtils.prepare(i, rule, QwenVlUtils.FACTOR),
                rule.maxSlices());
        List<PixelPatches> all = new ArrayList<>();
        t.said.images().forEach(i -> all.addAll(see.apply(i)));
        for (int v = 0; v < t.frames.size(); v++) {
            t.said.videos().get(v).frames(t.frames.get(v), see).forEach(all::addAll);
        }
        return all;
    }

    /** How many tokens the media take; without slices it does not depend on the pictures' size. */
    private MediaTokens media(List<Turn> turns) {
        List<Slices> pictures = new ArrayList<>();
        List<Long> videos = new ArrayList<>();
        for (Turn t : turns) {
            int next = t.said.images().size();
            pictures.addAll(t.message.pictures().subList(0, next));
            for (int[] frames : t.frames) {
                videos.add(t.message.pictures().subList(next, next + frames.length).stream().mapToLong(this::tokens).sum());
                next += frames.length;
            }
        }
        return new MediaTokens.Builder().add("picture", pictures.stream().mapToLong(this::tokens).toArray())
                .add("video", videos.stream().mapToLong(Long::longValue).toArray())
                .add("sound", turns.stream().flatMapToLong(t -> LongStream.of(t.message.audioTokens())).toArray())
                .build(pictures.stream().anyMatch(s -> s.count() > 0) ? "give fewer or shorter ones, or fewer slices (--max-slices)"
                        : "give fewer or shorter ones");
    }

    /** Tokens of a picture, its marks and line breaks included. */
    private long tokens(Slices s) {
        long each = imageProcessor.imageTokens();
        return each + AROUND_IMAGE + s.count() * (each + AROUND_SLICE) + Math.max(0, s.rows() - 1);
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
