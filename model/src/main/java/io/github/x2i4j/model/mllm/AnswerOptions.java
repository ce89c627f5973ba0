package io.github.x2i4j.model.mllm;

import io.github.x2i4j.engine.InvalidInputException;

/**
 * An answer that the model is to give, by greedy decoding; penalties and stop tokens are those of its generation_config.json.
 *
 * @param maxNewTokens at most so many tokens, the stop token included
 * @param fromPaddedPrompt whether the answer continues the last column of the padded prompt, even if that is a pad, and the
 *     repetition penalty counts pads, as X2I's scripts do; otherwise it continues the prompt itself. The same unless the prompt
 *     is padded on the right
 */
public record AnswerOptions(int maxNewTokens, boolean fromPaddedPrompt) {
    public AnswerOptions {
        if (maxNewTokens < 1) {
            throw new InvalidInputException("an answer of " + maxNewTokens + " tokens was asked for; it needs at least 1");
        }
    }

    /** An answer to the prompt itself, without its pads. */
    public AnswerOptions(int maxNewTokens) {
        this(maxNewTokens, false);
    }
}
