package io.github.x2i4j.model.mllm;

import io.github.x2i4j.engine.InvalidInputException;

/**
 * How a prompt becomes token ids and pixels. The defaults of a published system stand in its x2i.json.
 *
 * @param maxLength largest number of token ids; longer prompts lose their tail with a warning. 0 for no limit
 * @param padding where pad ids fill the prompt up to {@code maxLength}
 * @param imageSize size (width, height) to which each picture is squashed before the family's own preprocessing, or null to
 *     keep its own
 * @param specialTokens what happens to special tokens that the user typed
 */
public record PromptOptions(int maxLength, Padding padding, ImageSize imageSize, SpecialTokens specialTokens) {

    /** Side on which pad ids are put. */
    public enum Padding { NONE, RIGHT, LEFT }

    /** Treatment of special tokens such as {@code <|image_pad|>} or {@code <|im_end|>} in the user's text. */
    public enum SpecialTokens {
        /** They are read as the tokens they spell, as the reference does. */
        INTERPRET,
        /** They are read as plain characters. */
        NEUTRALISE
    }

    /** A picture size in pixels. */
    public record ImageSize(int width, int height) {
        public ImageSize {
            if (width < 1 || height < 1) {
                throw new InvalidInputException("image size " + width + "x" + height + " has no pixels; both sides must be positive");
            }
        }
    }

    public PromptOptions {
        if (maxLength < 0) {
            throw new InvalidInputException("maximum prompt length " + maxLength + " is negative; use 0 for no limit");
        }
        if (padding != Padding.NONE && maxLength == 0) {
            throw new InvalidInputException("padding needs a maximum prompt length");
        }
    }

    public PromptOptions withPadding(Padding other) {
        return new PromptOptions(maxLength, other, imageSize, specialTokens);
    }

    public PromptOptions withMaxLength(int other) {
        return new PromptOptions(other, padding, imageSize, specialTokens);
    }

    /** @param other null to keep each picture's own size */
    public PromptOptions withImageSize(ImageSize other) {
        return new PromptOptions(maxLength, padding, other, specialTokens);
    }

    public PromptOptions withSpecialTokens(SpecialTokens other) {
        return new PromptOptions(maxLength, padding, imageSize, other);
    }
}
