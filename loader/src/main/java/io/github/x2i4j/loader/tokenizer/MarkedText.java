package io.github.x2i4j.loader.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Text some parts of which are literal: in them, special tokens that somebody typed ({@code <|image_pad|>}) are ordinary
 * characters. Everything else (splitting, merging) goes over the borders of parts as if there were none, so that text without
 * special tokens has the same ids whichever way it is marked.
 */
public final class MarkedText {
    private final String text;
    /** Start and end of each literal part, ascending. */
    private final int[] bounds;

    private MarkedText(String text, int[] bounds) {
        this.text = text;
        this.bounds = bounds;
    }

    /** Text in which special tokens count wherever they stand. */
    public static MarkedText of(String text) {
        return new MarkedText(text, new int[0]);
    }

    /** Text in which no special token counts. */
    public static MarkedText literal(String text) {
        return new Builder().literal(text).build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The whole text. */
    public String text() {
        return text;
    }

    /** Whether characters {@code [from, to)} touch a literal part. */
    public boolean literal(int from, int to) {
        for (int i = 0; i < bounds.length && bounds[i] < to; i += 2) {
            if (bounds[i + 1] > from) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MarkedText o && o.text.equals(text) && Arrays.equals(o.bounds, bounds);
    }

    @Override
    public int hashCode() {
        return 31 * text.hashCode() + Arrays.hashCode(bounds);
    }

    @Override
    public String toString() {
        return text;
    }

    /** Joins parts. */
    public static final class Builder {
        private final StringBuilder text = new StringBuilder();
        private final List<Integer> bounds = new ArrayList<>();

        /** Adds text in which special tokens count. */
        public Builder marked(CharSequence part) {
            text.append(part);
            return this;
        }

        /** Adds text in which special tokens are ordinary characters. */
        public Builder literal(CharSequence part) {
            if (!part.isEmpty()) {
                bounds.add(text.length());
                bounds.add(text.length() + part.length());
                text.append(part);
            }
            return this;
        }

        public MarkedText build() {
            return new MarkedText(text.toString(), bounds.stream().mapToInt(Integer::intValue).toArray());
        }
    }
}
