package io.github.x2i4j.model.mllm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What pictures, videos and sounds take of a prompt's room, told where they do not fit.
 *
 * @param told such as "2 pictures of 27 tokens"; empty for no media
 * @param remedy what makes them take less, such as "give fewer pictures"
 */
public record MediaTokens(String told, String remedy) {
    /** Most numbers that are listed one by one. */
    private static final int LISTED = 8;

    /** Collects the media of a prompt. */
    public static final class Builder {
        private final List<String> parts = new ArrayList<>();

        /**
         * Adds media of a kind.
         *
         * @param kind singular, such as {@code picture}
         * @param tokens that each takes, the marks around it included
         */
        public Builder add(String kind, long... tokens) {
            if (tokens.length > 0) {
                parts.add(tokens.length + " " + kind + (tokens.length == 1 ? "" : "s") + " of " + amount(tokens) + " tokens");
            }
            return this;
        }

        private static String amount(long[] tokens) {
            long least = Arrays.stream(tokens).min().orElseThrow();
            long most = Arrays.stream(tokens).max().orElseThrow();
            if (least == most) {
                return String.valueOf(least);
            }
            return tokens.length > LISTED ? least + " to " + most
                    : Arrays.stream(tokens).mapToObj(String::valueOf).collect(Collectors.joining(", "));
        }

        public MediaTokens build(String remedy) {
            return new MediaTokens(String.join(", ", parts), remedy);
        }
    }

    /** Whether there are any. */
    boolean any() {
        return !told.isEmpty();
    }
}
