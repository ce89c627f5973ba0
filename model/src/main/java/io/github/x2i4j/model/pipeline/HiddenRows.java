package io.github.x2i4j.model.pipeline;

/** Which of the multimodal LLM's hidden states the picture is drawn from. */
public enum HiddenRows {
    /** Those of the prompt, padding included. */
    PROMPT,
    /** Those of the model's answer: the picture shows what the prompt asks for, reasoned out. */
    ANSWER,
    /** Those of the prompt, then those of the answer. */
    BOTH
}
