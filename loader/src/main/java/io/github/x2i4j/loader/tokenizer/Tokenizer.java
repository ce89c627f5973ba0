package io.github.x2i4j.loader.tokenizer;

import java.util.OptionalInt;

/** Text to token ids and back. Immutable: any number of threads may share one. */
public interface Tokenizer {
    /**
     * Ids of a text.
     *
     * @param addSpecialTokens whether to add what the model expects around every text (CLIP: start and end, T5: end, Qwen: nothing)
     */
    int[] encode(MarkedText text, boolean addSpecialTokens);

    /**
     * Ids of a text in at most {@code maxLength} places: content that does not fit is cut at its end (the special tokens that
     * close the text stay), and the result tells what.
     *
     * @param pad whether to fill up to {@code maxLength} on the right with {@link #padId}
     */
    Encoding encode(MarkedText text, boolean addSpecialTokens, int maxLength, boolean pad);

    /** Text of ids, as the reference decodes it: unknown ids are left out, bytes that are no UTF-8 become U+FFFD. */
    String decode(int[] ids, boolean skipSpecialTokens);

    /** Id of a token by its exact name, such as {@code <|image_pad|>}. */
    OptionalInt id(String token);

    /**
     * Id that fills up short texts.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException if the files name none
     */
    int padId();

    /** Ids of a text in which special tokens count wherever they stand. */
    default int[] encode(String text, boolean addSpecialTokens) {
        return encode(MarkedText.of(text), addSpecialTokens);
    }

    /** Ids of a text with its special tokens in {@code maxLength} places, see {@link #encode(MarkedText, boolean, int, boolean)}. */
    default int[] encode(String text, int maxLength, boolean pad) {
        return encode(MarkedText.of(text), true, maxLength, pad).ids();
    }
}
