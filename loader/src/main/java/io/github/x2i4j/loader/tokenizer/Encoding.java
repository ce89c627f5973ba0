package io.github.x2i4j.loader.tokenizer;

/**
 * Token ids of a text brought to a length.
 *
 * @param ids the ids, special tokens and padding included
 * @param length number of ids before the padding, which is on the right
 * @param cutTokens number of tokens of the text that did not fit and are missing from {@code ids}
 * @param cutText those tokens as text, empty where nothing was cut
 */
public record Encoding(int[] ids, int length, int cutTokens, String cutText) {
    /** Whether a part of the text is missing from the ids. */
    public boolean isCut() {
        return cutTokens > 0;
    }
}
