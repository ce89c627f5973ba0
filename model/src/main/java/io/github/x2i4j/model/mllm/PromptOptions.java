package io.github.x2i4j.model.mllm;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.llm.RopeFrequencies;
import io.github.x2i4j.model.prompt.PromptStyle;
import java.util.function.Consumer;

/**
 * How a prompt is read: how it becomes token ids and pixels, and how exactly the networks tell places apart. The defaults of a published
 * system stand in its x2i.json.
 *
 * @param maxLength largest number of token ids; longer prompts lose their tail with a warning. 0 for no limit
 * @param padding where pad ids fill the prompt up to {@code maxLength}
 * @param specialTokens what happens to special tokens that the user typed
 * @param style form in which the user's words are sent, or null for that of the family's script
 * @param template what stands around the words
 * @param pictures how pictures are prepared
 * @param videoRate what the model is told of a video's speed
 * @param rope precision of the rotary frequencies
 */
public record PromptOptions(int maxLength, Padding padding, SpecialTokens specialTokens, PromptStyle style, Template template,
        Pictures pictures, VideoRate videoRate, RopeFrequencies rope) {
    /** Largest {@code maxLength}: no model has so long a context. */
    public static final int LONGEST = 1 << 20;

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

    /** What stands around the user's words. */
    public enum Template {
        /** The family's chat template. */
        CHAT,
        /** Nothing: media and words alone, as AlignNet for InternVL2.5 was trained. */
        BARE
    }

    /** What Qwen2.5-VL is told of the time between two steps of a video. */
    public enum VideoRate {
        /** That of two frames a second, as X2I's code lets it believe whatever it samples. */
        REFERENCE,
        /** The one at which the frames were taken. */
        TRUE
    }

    /** A picture size in pixels. */
    public record ImageSize(int width, int height) {
        public ImageSize {
            if (width < 1 || height < 1) {
                throw new InvalidInputException("image size " + width + "x" + height + " has no pixels; both sides must be positive");
            }
        }
    }

    /**
     * How pictures are prepared before the family's own preprocessing.
     *
     * @param size to which each is squashed, or null to keep its own
     * @param maxPixels they go through qwen_vl_utils (after {@code size}), which leaves them at most so many pixels; 0 to leave that out
     * @param maxSlices pieces that MiniCPM-o cuts a large picture into, to be read beside the whole; 1 for none
     */
    public record Pictures(ImageSize size, long maxPixels, int maxSlices) {
        public Pictures {
            if (maxPixels < 0) {
                throw new InvalidInputException("pictures of at most " + maxPixels + " pixels were asked for; use 0 for no limit");
            }
            if (maxSlices < 1) {
                throw new InvalidInputException("pictures in " + maxSlices + " slices were asked for; use 1 for none");
            }
        }
    }

    /** Words and videos as the family's script sends them, pictures squashed or in their own size (null). */
    public PromptOptions(int maxLength, Padding padding, ImageSize imageSize, SpecialTokens specialTokens) {
        this(maxLength, padding, specialTokens, null, Template.CHAT, new Pictures(imageSize, 0, 1), VideoRate.REFERENCE,
                RopeFrequencies.FLOAT32);
    }

    public PromptOptions {
        if (maxLength > LONGEST) {
            throw new InvalidInputException("maximum prompt length " + maxLength + " is more than " + LONGEST);
        }
        if (maxLength < 0) {
            throw new InvalidInputException("maximum prompt length " + maxLength + " is negative; use 0 for no limit");
        }
        if (padding != Padding.NONE && maxLength == 0) {
            throw new InvalidInputException("padding needs a maximum prompt length");
        }
    }

    /** {@link Pictures#size}. */
    public ImageSize imageSize() {
        return pictures.size;
    }

    /** {@link Pictures#maxPixels}. */
    public long maxPixels() {
        return pictures.maxPixels;
    }

    /** Whether special tokens that the user typed are plain characters. */
    public boolean literal() {
        return specialTokens == SpecialTokens.NEUTRALISE;
    }

    public PromptOptions withPadding(Padding other) {
        return with(o -> o.padding = other);
    }

    /** With pads; to 512 tokens, as in X2I's scripts, where none were asked for so far. */
    public PromptOptions padded(Padding side) {
        return with(o -> {
            o.maxLength = padding == Padding.NONE ? SCRIPT_LENGTH : maxLength;
            o.padding = side;
        });
    }

    /** Without pads; what is never cut with them is not cut without them either. */
    public PromptOptions unpadded() {
        return with(o -> {
            o.maxLength = padding == Padding.COMFY ? 0 : maxLength;
            o.padding = Padding.NONE;
        });
    }

    public PromptOptions withMaxLength(int other) {
        return with(o -> o.maxLength = other);
    }

    /** @param other null to keep each picture's own size */
    public PromptOptions withImageSize(ImageSize other) {
        return withPictures(new Pictures(other, pictures.maxPixels, pictures.maxSlices));
    }

    /** @param other 0 to hand pictures to the family's own preprocessing at once */
    public PromptOptions withMaxPixels(long other) {
        return withPictures(new Pictures(pictures.size, other, pictures.maxSlices));
    }

    public PromptOptions withMaxSlices(int other) {
        return withPictures(new Pictures(pictures.size, pictures.maxPixels, other));
    }

    public PromptOptions withPictures(Pictures other) {
        return with(o -> o.pictures = other);
    }

    public PromptOptions withSpecialTokens(SpecialTokens other) {
        return with(o -> o.specialTokens = other);
    }

    /** @param other null for the style of the family's script */
    public PromptOptions withStyle(PromptStyle other) {
        return with(o -> o.style = other);
    }

    public PromptOptions withTemplate(Template other) {
        return with(o -> o.template = other);
    }

    public PromptOptions withVideoRate(VideoRate other) {
        return with(o -> o.videoRate = other);
    }

    public PromptOptions withRope(RopeFrequencies other) {
        return with(o -> o.rope = other);
    }

    private PromptOptions with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new PromptOptions(draft.maxLength, draft.padding, draft.specialTokens, draft.style, draft.template, draft.pictures,
                draft.videoRate, draft.rope);
    }

    /** Options on their way to others. */
    private static final class Draft {
        private int maxLength;
        private Padding padding;
        private SpecialTokens specialTokens;
        private PromptStyle style;
        private Template template;
        private Pictures pictures;
        private VideoRate videoRate;
        private RopeFrequencies rope;

        Draft(PromptOptions o) {
            maxLength = o.maxLength;
            padding = o.padding;
            specialTokens = o.specialTokens;
            style = o.style;
            template = o.template;
            pictures = o.pictures;
            videoRate = o.videoRate;
            rope = o.rope;
        }
    }
}
