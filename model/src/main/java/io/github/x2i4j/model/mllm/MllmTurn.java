package io.github.x2i4j.model.mllm;

/**
 * A turn of a dialogue that is over.
 *
 * @param said what the user said and showed
 * @param answer what the model answered, special tokens left out
 */
public record MllmTurn(MllmPrompt said, String answer) {
}
