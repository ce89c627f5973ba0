package io.github.x2i4j.model.mllm;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.tokenizer.Tokenizer;
import io.github.x2i4j.model.mllm.PromptOptions.Padding;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.IntSupplier;

/**
 * Token ids of a prompt, cut and padded as its options say.
 *
 * @param ids [S], pads included
 * @param attentionMask [S], 0 for pads
 */
public record PromptIds(long[] ids, long[] attentionMask) {
    /** Most tokens of a lost text that a warning repeats. */
    private static final int SHOWN_TOKENS = 40;

    /** To how many times a prompt's length X2I's ComfyUI node fills it up. */
    private static final double COMFY_LENGTH = 1.3;

    /**
     * Refuses a dialogue that does not fit: what was said is never cut.
     *
     * @param media named where they are there
     * @throws InvalidInputException if it is longer than the options allow
     */
    public static void whole(int[] ids, PromptOptions options, MediaTokens media) {
        if (options.maxLength() > 0 && ids.length > options.maxLength()) {
            throw new InvalidInputException("the dialogue has " + ids.length + " tokens and has room for " + options.maxLength()
                    + (media.any() ? " (" + media.told() + ")" : "") + "; take back turns, begin a new one, or allow a longer prompt");
        }
    }

    /**
     * Drops the tail of a prompt that is too long, as the reference does, unless a picture, video or sound would lose tokens.
     *
     * @param isMedia whether an id stands for one token of a picture or a video
     * @param media named where they do not fit
     * @param warnings receives a sentence that names the text that is lost
     * @throws InvalidInputException if a picture, video or sound would be cut
     */
    public static int[] cut(int[] ids, PromptOptions options, Tokenizer tokenizer, IntPredicate isMedia, MediaTokens media,
            Consumer<String> warnings) {
        int maxLength = options.maxLength();
        if (maxLength == 0 || options.padding() == Padding.COMFY || ids.length <= maxLength) {
            return ids;
        }
        if (media.any() && Arrays.stream(ids, maxLength, ids.length).anyMatch(isMedia)) {
            throw new InvalidInputException("the prompt needs " + ids.length + " tokens and has room for " + maxLength
                    + ", which would cut " + media.told() + "; " + media.remedy() + ", or allow a longer prompt (--max-length " + ids.length + ")");
        }
        int[] dropped = Arrays.copyOfRange(ids, maxLength, Math.min(ids.length, maxLength + SHOWN_TOKENS));
        String more = ids.length > maxLength + SHOWN_TOKENS ? "..." : "";
        warnings.accept("the prompt has " + ids.length + " tokens and was cut to " + maxLength + "; not read: \""
                + tokenizer.decode(dropped, true).replaceAll("\\s+", " ").strip() + more + "\"");
        return Arrays.copyOf(ids, maxLength);
    }

    /**
     * Fills a prompt up on the side asked for.
     *
     * @param padId asked only where there is something to fill
     */
    public static PromptIds pad(int[] ids, PromptOptions options, IntSupplier padId) {
        int length = switch (options.padding()) {
            case NONE -> ids.length;
            case RIGHT, LEFT -> Math.max(ids.length, options.maxLength());
            case COMFY -> Math.max((int) (COMFY_LENGTH * ids.length), options.maxLength());
        };
        int first = options.padding() == Padding.LEFT ? length - ids.length : 0;
        long[] padded = new long[length];
        long[] mask = new long[length];
        if (length > ids.length) {
            Arrays.fill(padded, padId.getAsInt());
        }
        for (int i = 0; i < ids.length; i++) {
            padded[first + i] = ids[i];
            mask[first + i] = 1;
        }
        return new PromptIds(padded, mask);
    }
}
