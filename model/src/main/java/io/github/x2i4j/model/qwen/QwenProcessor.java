package io.github.x2i4j.model.qwen;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.tokenizer.MarkedText;
import io.github.x2i4j.loader.tokenizer.Tokenizer;
import io.github.x2i4j.model.media.video.FrameRule;
import io.github.x2i4j.model.media.video.Video;
import io.github.x2i4j.model.mllm.MediaTokens;
import io.github.x2i4j.model.mllm.MllmPrompt;
import io.github.x2i4j.model.mllm.MllmTurn;
import io.github.x2i4j.model.mllm.PromptIds;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.mllm.PromptOptions.Template;
import io.github.x2i4j.model.mllm.PromptOptions.VideoRate;
import io.github.x2i4j.model.prompt.ChatMessage;
import io.github.x2i4j.model.prompt.QwenChatTemplate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Prompt, pictures and a video to token ids and pixel patches, as X2I's script and transformers' {@code Qwen2_5_VLProcessor} make them.
 *
 * @param imageTokenId id of the placeholder, which is grown to as many as the picture has tokens
 * @param videoTokenId the same of a video
 */
public record QwenProcessor(Tokenizer tokenizer, QwenImageProcessor imageProcessor, long imageTokenId, long videoTokenId) {
    /** What the reference writes while it grows placeholders, and turns into a picture's token where the user typed it. */
    private static final String GROWING = "<|placeholder|>";
    /** Tokens that begin and end a picture or video. */
    private static final int AROUND = 2;
    /** Frames a second that the reference's processor takes a video to have. */
    private static final float DEFAULT_FPS = 2;

    /**
     * Makes a prompt ready.
     *
     * @param warnings receives a sentence if the text is cut
     * @throws InvalidInputException if there is nothing to read, a picture is too small or too narrow, or its tokens would be cut
     */
    public QwenVlInputs process(MllmPrompt prompt, PromptOptions options, Consumer<String> warnings) {
        return process(List.of(), prompt, options, warnings);
    }

    /**
     * Makes the next prompt of a dialogue ready: all messages, the pictures of each turn among them.
     *
     * @param past the turns before
     * @param warnings receives a sentence if the text of a prompt that begins a dialogue is cut
     * @throws InvalidInputException as {@link #process(MllmPrompt, PromptOptions, Consumer)}, or if the dialogue is too long
     */
    public QwenVlInputs process(List<MllmTurn> past, MllmPrompt prompt, PromptOptions options, Consumer<String> warnings) {
        QwenVlFamily.ABILITIES.check(past, prompt);
        QwenVlFamily.ABILITIES.check(past, options);
        boolean literal = options.literal();
        List<MllmPrompt> said = Stream.concat(past.stream().map(MllmTurn::said), Stream.of(prompt)).toList();
        boolean pictures = said.stream().anyMatch(QwenProcessor::shows);
        if (!literal && pictures && said.stream().anyMatch(p -> p.text() != null && p.text().contains(GROWING))) {
            throw new InvalidInputException("the text holds " + GROWING + ", which claims a token of a picture; remove it or have special "
                    + "tokens in the text neutralised (--placeholders neutralise)");
        }
        List<PixelPatches> images = said.stream().flatMap(p -> p.images().stream()).map(i -> imageProcessor.image(QwenVlUtils.prepare(i, options.pictures(), imageProcessor.factor())))
                .toList();
        List<PixelPatches> videos = said.stream().flatMap(p -> p.videos().stream()).map(v -> patches(v, options)).toList();
        List<ChatMessage> messages = new ArrayList<>();
        for (MllmTurn turn : past) {
            messages.add(user(turn.said(), options));
            messages.add(ChatMessage.text("assistant", turn.answer(), literal));
        }
        messages.add(user(prompt, options));
        MarkedText text = options.template() == Template.BARE ? QwenChatTemplate.bare(messages.getLast()) : QwenChatTemplate.render(messages);
        int[] ids = grow(grow(tokenizer.encode(text, false), images, imageTokenId), videos, videoTokenId);
        MediaTokens media = new MediaTokens.Builder().add("picture", tokensOfEach(images)).add("video", tokensOfEach(videos))
                .build("give fewer or smaller pictures" + (videos.isEmpty() ? "" : " or a shorter video"));
        if (!past.isEmpty()) {
            PromptIds.whole(ids, options, media);
        }
        ids = PromptIds.cut(ids, options, tokenizer, id -> id == imageTokenId || id == videoTokenId, media, warnings);
        PromptIds padded = PromptIds.pad(ids, options, tokenizer::padId);
        return new QwenVlInputs(text.text(), padded.ids(), padded.attentionMask(), images, videos, secondsPerGrid(videos.size(), options.videoRate()));
    }

    private static boolean shows(MllmPrompt p) {
        return !p.images().isEmpty() || !p.videos().isEmpty();
    }

    private static ChatMessage user(MllmPrompt p, PromptOptions options) {
        String text = options.style() == null ? p.text() : options.style().with(shows(p)).format(p.text());
        return ChatMessage.user(p.images().size(), p.videos().size(), text, options.literal());
    }

    /** Frames are chosen and resized as X2I's script asks of qwen-vl-utils; a clip that cannot fit is refused before it is decoded. */
    private PixelPatches patches(Video video, PromptOptions options) {
        int factor = imageProcessor.factor();
        QwenVlUtils.VideoPlan plan = QwenVlUtils.plan(video, factor, QwenVlUtils.SCRIPT_VIDEO_PIXELS, FrameRule.SCRIPT_FPS);
        long steps = Math.ceilDiv(plan.indices().length, imageProcessor.temporalPatchSize());
        long tokens = steps * (plan.size().height() / factor) * (plan.size().width() / factor);
        if (options.maxLength() > 0 && tokens > options.maxLength()) {
            throw new InvalidInputException(video.name() + " would take " + tokens + " tokens (" + plan.indices().length
                    + " frames), and the prompt has room for " + options.maxLength() + "; cut the video, or allow a longer prompt (--max-length)");
        }
        return imageProcessor.video(plan.frames());
    }

    /** X2I leaves the processor's own default rate and does not tell it the one that it samples with. */
    private float[] secondsPerGrid(int videos, VideoRate rate) {
        float[] seconds = new float[videos];
        Arrays.fill(seconds, (float) (imageProcessor.temporalPatchSize() / (rate == VideoRate.TRUE ? FrameRule.SCRIPT_FPS : DEFAULT_FPS)));
        return seconds;
    }

    /** Repeats the placeholder of each picture as often as the picture has tokens. */
    private int[] grow(int[] ids, List<PixelPatches> images, long placeholder) {
        long placeholders = Arrays.stream(ids).filter(id -> id == placeholder).count();
        if (!images.isEmpty() && placeholders != images.size()) {
            throw new InvalidInputException("the text holds placeholders of pictures of its own (" + (placeholders - images.size())
                    + "); remove them or have special tokens in the text neutralised (--placeholders neutralise)");
        }
        IntStream.Builder out = IntStream.builder();
        int next = 0;
        for (int id : ids) {
            int repeat = id == placeholder && !images.isEmpty() ? tokens(images.get(next++)) : 1;
            for (int k = 0; k < repeat; k++) {
                out.add(id);
            }
        }
        return out.build().toArray();
    }

    private long[] tokensOfEach(List<PixelPatches> items) {
        return items.stream().mapToLong(p -> tokens(p) + AROUND).toArray();
    }

    private int tokens(PixelPatches image) {
        return image.grid().tokens(imageProcessor.mergeSize());
    }
}
