package io.github.x2i4j.model.prompt;

import io.github.x2i4j.loader.tokenizer.MarkedText;
import java.util.List;
import java.util.function.BiConsumer;

/** ChatML: what all families write around the messages of a dialogue. */
final class ChatMl {
    /** Ends a message, and so the model's answer. */
    static final String TURN_END = "<|im_end|>";

    private ChatMl() {
    }

    /**
     * A dialogue that the assistant answers next.
     *
     * @param system first message
     * @param messages of the user, written by {@code write}
     * @param answers to all but the last of them
     * @param literal see {@link #words}
     */
    static <T> MarkedText dialogue(String system, List<T> messages, BiConsumer<MarkedText.Builder, T> write, List<String> answers,
            boolean literal) {
        MarkedText.Builder out = MarkedText.builder().marked("<|im_start|>system\n" + system + TURN_END + "\n");
        for (int i = 0; i < messages.size(); i++) {
            out.marked("<|im_start|>user\n");
            write.accept(out, messages.get(i));
            out.marked(TURN_END + "\n<|im_start|>assistant\n");
            if (i < answers.size()) {
                words(out, answers.get(i), literal);
                out.marked(TURN_END + "\n");
            }
        }
        return out.build();
    }

    /** @param literal whether special tokens written in the words are ordinary characters */
    static void words(MarkedText.Builder out, String words, boolean literal) {
        if (literal) {
            out.literal(words);
        } else {
            out.marked(words);
        }
    }
}
