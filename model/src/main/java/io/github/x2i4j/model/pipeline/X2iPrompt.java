package io.github.x2i4j.model.pipeline;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.mllm.MllmPrompt;
import io.github.x2i4j.model.mllm.PromptOptions;

/**
 * What the picture is drawn from.
 *
 * @param content text and pictures, at least one of them
 * @param options how they become tokens
 * @param rows which hidden states are used
 * @param maxNewTokens most tokens of an answer, where {@code rows} needs one
 * @param answerFromPadded the answer continues the padded prompt, as in the reference, where its first token follows a pad token;
 *     otherwise it continues the prompt itself
 */
public record X2iPrompt(MllmPrompt content, PromptOptions options, HiddenRows rows, int maxNewTokens, boolean answerFromPadded) {
    /** Tokens that X2I's scripts decode at most. */
    public static final int DEFAULT_NEW_TOKENS = 128;

    public X2iPrompt {
        boolean noText = content.text() == null || content.text().isBlank();
        if (noText && content.images().isEmpty()) {
            throw new InvalidInputException("there is neither text nor a picture to draw from; give at least one of them");
        }
    }

    /** Draws from the prompt's own states. */
    public static X2iPrompt of(MllmPrompt content, PromptOptions options) {
        return new X2iPrompt(content, options, HiddenRows.PROMPT, DEFAULT_NEW_TOKENS, false);
    }
}
