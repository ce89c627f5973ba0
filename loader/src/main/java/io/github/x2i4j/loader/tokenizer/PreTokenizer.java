package io.github.x2i4j.loader.tokenizer;

import java.util.List;

/** A step that cuts normalised text into the pieces that the model encodes one by one: the {@code pre_tokenizer} nodes of tokenizer.json. */
@FunctionalInterface
interface PreTokenizer {
    /** Takes the pieces of a text in order. */
    @FunctionalInterface
    interface Sink {
        /**
         * @param first whether the piece begins the text
         */
        void accept(String piece, boolean first);
    }

    /** Cuts a piece that is not empty into pieces that are not empty. */
    void split(String piece, boolean first, Sink out);

    /** Where GPT-2 splits; nodes of type ByteLevel bring it along. */
    String GPT2_REGEX = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    static PreTokenizer sequence(List<PreTokenizer> steps) {
        if (steps.isEmpty()) {
            return (piece, first, out) -> out.accept(piece, first);
        }
        if (steps.size() == 1) {
            return steps.getFirst();
        }
        PreTokenizer rest = sequence(steps.subList(1, steps.size()));
        return (piece, first, out) -> steps.getFirst().split(piece, first, (p, f) -> rest.split(p, f, out));
    }

    /**
     * Cuts where matches begin and end.
     *
     * @param keepMatches whether matches are pieces
     * @param keepGaps whether what lies between matches is pieces
     */
    static PreTokenizer regex(GuardedRegex regex, boolean keepMatches, boolean keepGaps) {
        return (piece, first, out) -> {
            int[] done = {0};
            regex.forEachMatch(piece, m -> {
                if (keepGaps) {
                    emit(piece, done[0], m.start(), first, out);
                }
                if (keepMatches) {
                    emit(piece, m.start(), m.end(), first, out);
                }
                done[0] = m.end();
            });
            if (keepGaps) {
                emit(piece, done[0], piece.length(), first, out);
            }
        };
    }

    /** Drops white space and cuts there. */
    static PreTokenizer whitespaceSplit() {
        return (piece, first, out) -> {
            int start = 0;
            for (int i = 0; i <= piece.length(); i++) {
                if (i == piece.length() || Bytes.isWhiteSpace(piece.charAt(i))) {
                    emit(piece, start, i, first, out);
                    start = i + 1;
                }
            }
        };
    }

    /** Puts a space before a piece that has none. */
    static PreTokenizer prefixSpace() {
        return (piece, first, out) -> out.accept(piece.startsWith(" ") ? piece : " " + piece, first);
    }

    /** When {@link #metaspace} puts its mark before a piece that does not begin with it. */
    enum Prepend {
        ALWAYS, FIRST, NEVER
    }

    /** SentencePiece's spaces: every space becomes a mark. */
    static PreTokenizer metaspace(char mark, Prepend prepend, boolean split) {
        return (piece, first, out) -> {
            String text = piece.replace(' ', mark);
            boolean wanted = prepend == Prepend.ALWAYS || prepend == Prepend.FIRST && first;
            if (wanted && text.charAt(0) != mark) {
                text = mark + text;
            }
            int start = 0;
            for (int next = text.indexOf(mark, 1); split && next >= 0; next = text.indexOf(mark, next + 1)) {
                emit(text, start, next, first, out);
                start = next;
            }
            emit(text, start, text.length(), first, out);
        };
    }

    private static void emit(String text, int from, int to, boolean first, Sink out) {
        if (to > from) {
            out.accept(text.substring(from, to), first && from == 0);
        }
    }
}
