package io.github.x2i4j.model.mllm;

import io.github.x2i4j.engine.InvalidInputException;

/**
 * An answer that the model is to give, by greedy decoding; penalties and stop tokens are those of its generation_config.json.
 *
 * @param maxNewTokens at most so many tokens, the stop token included
 */
public record AnswerOptions(int maxNewTokens) {
    public AnswerOptions {
        if (maxNewTokens < 1) {
            throw new InvalidInputException("an answer of " + maxNewTokens + " tokens was asked for; it needs at least 1");
        }
    }
}
