package io.github.x2i4j.model.mllm;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.prompt.PromptStyle;

/**
 * How a prompt becomes token ids and pixels. The defaults of a published system stand in its x2i.json.
 *
 * @param maxLength largest number of token ids; longer prompts lose their tail with a warning. 0 for no limit
 * @param padding where pad ids fill the prompt up to {@code maxLength}
 * @param imageSize size (width, height) to which each picture is squashed before the family's own preprocessing, or null to
 *     keep its own
 * @param specialTokens what happens to special tokens that the user typed
 * @param style form in which the user's words are sent, or null for that of the family's script
 * @param maxPixels pictures go through qwen_vl_utils (after {@code imageSize}), which leaves them at most so many pixels; 0 to hand
 *     them to the family's own preprocessing at once
 */
public record PromptOptions(int maxLength, Padding padding, ImageSize imageSize, SpecialTokens specialTokens, PromptStyle style,
        long maxPixels) {
    /** As X2I's Qwen and InternVL scripts: 512 tokens, padded on the right, pictures squashed to 128 x 128. */
    public static final PromptOptions SCRIPT = new PromptOptions(512, Padding.RIGHT, new ImageSize(128, 128), SpecialTokens.NEUTRALISE);

    private static final int SCRIPT_LENGTH = 512;

    /** Side on which pad ids are put. */
    public enum Padding {
        NONE, RIGHT, LEFT,
        /** On the right, to 1.3 times the prompt's length but at least {@code maxLength}; nothing is ever cut, as in X2I's ComfyUI node. */
        COMFY
    }

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

    /** Words and pictures as the family's script sends them. */
    public PromptOptions(int maxLength, Padding padding, ImageSize imageSize, SpecialTokens specialTokens) {
        this(maxLength, padding, imageSize, specialTokens, null, 0);
    }

    public PromptOptions {
        if (maxLength < 0) {
            throw new InvalidInputException("maximum prompt length " + maxLength + " is negative; use 0 for no limit");
        }
        if (padding != Padding.NONE && maxLength == 0) {
            throw new InvalidInputException("padding needs a maximum prompt length");
        }
        if (maxPixels < 0) {
            throw new InvalidInputException("pictures of at most " + maxPixels + " pixels were asked for; use 0 for no limit");
        }
    }

    public PromptOptions withPadding(Padding other) {
        return new PromptOptions(maxLength, other, imageSize, specialTokens, style, maxPixels);
    }

    /** With pads; to 512 tokens, as in X2I's scripts, where no length is set. */
    public PromptOptions padded(Padding side) {
        return new PromptOptions(maxLength == 0 ? SCRIPT_LENGTH : maxLength, side, imageSize, specialTokens, style, maxPixels);
    }

    public PromptOptions withMaxLength(int other) {
        return new PromptOptions(other, padding, imageSize, specialTokens, style, maxPixels);
    }

    /** @param other null to keep each picture's own size */
    public PromptOptions withImageSize(ImageSize other) {
        return new PromptOptions(maxLength, padding, other, specialTokens, style, maxPixels);
    }

    public PromptOptions withSpecialTokens(SpecialTokens other) {
        return new PromptOptions(maxLength, padding, imageSize, other, style, maxPixels);
    }

    /** @param other null for the style of the family's script */
    public PromptOptions withStyle(PromptStyle other) {
        return new PromptOptions(maxLength, padding, imageSize, specialTokens, other, maxPixels);
    }

    /** @param other 0 to hand pictures to the family's own preprocessing at once */
    public PromptOptions withMaxPixels(long other) {
        return new PromptOptions(maxLength, padding, imageSize, specialTokens, style, other);
    }
}
