package io.github.x2i4j.model.pipeline;

import io.github.x2i4j.engine.InvalidInputException;

/**
 * What plain FLUX draws.
 *
 * @param prompt what the picture shows
 * @param prompt2 what T5 reads instead of {@code prompt}; CLIP reads {@code prompt} in any case. Null for the same
 * @param negative what the picture shall not show, or null; used with a true CFG scale above 1
 * @param maxSequenceLength tokens that T5 reads: longer prompts are cut, shorter ones padded. 512 suit dev, 256 schnell
 */
public record FluxPrompt(String prompt, String prompt2, String negative, int maxSequenceLength) {
    private static final int LONGEST = 512;

    /** Characters of a text, of which the encoders read some thousand. */
    private static final int MOST_TEXT = 100_000;

    public FluxPrompt {
        for (String text : new String[] {prompt, prompt2, negative}) {
            if (text != null && text.length() > MOST_TEXT) {
                throw new InvalidInputException("the text has " + text.length() + " characters, at most " + MOST_TEXT + " are read; shorten it");
            }
        }
        if (maxSequenceLength < 1 || maxSequenceLength > LONGEST) {
            throw new InvalidInputException(
                    "max_sequence_length is " + maxSequenceLength + ", but must be between 1 and " + LONGEST);
        }
    }

    /** A prompt for both text encoders, nothing negative, of the greatest length. */
    public static FluxPrompt of(String prompt) {
        return new FluxPrompt(prompt, null, null, LONGEST);
    }
}
