package io.github.x2i4j.model.pipeline;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.media.video.Video;
import io.github.x2i4j.model.mllm.MllmPrompt;
import io.github.x2i4j.model.mllm.MllmTurn;
import io.github.x2i4j.model.mllm.PromptOptions;
import java.util.List;

/**
 * What the picture is drawn from.
 *
 * @param content text and pictures, at least one of them
 * @param options how they become tokens
 * @param rows which hidden states are used
 * @param maxNewTokens most tokens of an answer, where {@code rows} needs one
 * @param answerFromPadded the answer continues the padded prompt, as in the reference, where its first token follows a pad token;
 *     otherwise it continues the prompt itself
 * @param past turns of the dialogue before this prompt, oldest first
 * @param reply the model answers whatever {@code rows} are used, as in a dialogue
 */
public record X2iPrompt(MllmPrompt content, PromptOptions options, HiddenRows rows, int maxNewTokens, boolean answerFromPadded,
        List<MllmTurn> past, boolean reply) {
    /** Tokens that X2I's scripts decode at most. */
    public static final int DEFAULT_NEW_TOKENS = 128;

    /** A prompt by itself. */
    public X2iPrompt(MllmPrompt content, PromptOptions options, HiddenRows rows, int maxNewTokens, boolean answerFromPadded) {
        this(content, options, rows, maxNewTokens, answerFromPadded, List.of(), false);
    }

    public X2iPrompt {
        past = List.copyOf(past);
        boolean noText = content.text() == null || content.text().isBlank();
        if (noText && content.images().isEmpty() && content.videos().isEmpty() && content.audios().isEmpty()) {
            throw new InvalidInputException("there is neither text, picture, video nor sound to draw from; give at least one of them");
        }
    }

    /** The next prompt of a dialogue. */
    public static X2iPrompt next(List<MllmTurn> past, MllmPrompt content, PromptOptions options, HiddenRows rows, int maxNewTokens) {
        return new X2iPrompt(content, options, rows, maxNewTokens, false, past, true);
    }

    /** The same with other videos. */
    public X2iPrompt withVideos(List<Video> other) {
        return new X2iPrompt(content.withVideos(other), options, rows, maxNewTokens, answerFromPadded, past, reply);
    }

    /** Draws from the prompt's own states. */
    public static X2iPrompt of(MllmPrompt content, PromptOptions options) {
        return new X2iPrompt(content, options, HiddenRows.PROMPT, DEFAULT_NEW_TOKENS, false);
    }
}
