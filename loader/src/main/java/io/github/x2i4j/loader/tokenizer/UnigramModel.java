package io.github.x2i4j.loader.tokenizer;

import io.github.x2i4j.engine.InvalidInputException;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * SentencePiece's unigram model: of all ways to write a piece as entries of the vocabulary, the one with the largest sum of
 * scores. A character that no entry covers costs the smallest score less ten; neighbours of that kind are one unknown token.
 */
final class UnigramModel implements TokenModel {
    private static final double UNKNOWN_PENALTY = 10;

    private final Vocabulary vocabulary;
    private final double[] scores;
    private final Trie trie;
    private final int unknownId;
    private final double unknownScore;
    private final IntPredicate special;

    /**
     * @param vocabulary entries with ids 0 to n - 1
     * @param scores score of each id
     * @param special whether an id is that of a special token
     * @param where file and field, for messages
     */
    UnigramModel(Vocabulary vocabulary, double[] scores, int unknownId, IntPredicate special, String where) {
        this.vocabulary = vocabulary;
        this.scores = scores;
        this.unknownId = unknownId;
        this.special = special;
        if (unknownId < 0 || unknownId >= scores.length) {
            throw new InvalidInputException(where + ": the id of the unknown token is " + unknownId + ", the vocabulary has "
                    + scores.length + " entries");
        }
        trie = new Trie(scores.length);
        double smallest = Double.POSITIVE_INFINITY;
        for (int id = 0; id < scores.length; id++) {
            if (!Double.isFinite(scores[id])) {
                throw new InvalidInputException(where + "[" + id + "]: the score is " + scores[id]);
            }
            smallest = Math.min(smallest, scores[id]);
            trie.add(vocabulary.token(id), id);
        }
        unknownScore = smallest - UNKNOWN_PENALTY;
    }

    @Override
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    @Override
    public void encode(String piece, boolean literal, IntList out) {
        int n = piece.length();
        double[] best = new double[n + 1];
        int[] start = new int[n + 1];
        int[] id = new int[n + 1];
        Arrays.fill(start, 1, n + 1, -1);
        for (int from = 0; from < n;) {
            int one = from + Character.charCount(piece.codePointAt(from));
            boolean single = false;
            int node = Trie.ROOT;
            for (int to = from; to < n;) {
                node = trie.step(node, piece.charAt(to++));
                if (node < 0) {
                    break;
                }
                int entry = trie.value(node);
                if (entry >= 0 && !(literal && special.test(entry))) {
                    relax(best, start, id, from, to, best[from] + scores[entry], entry);
                    single |= to == one;
                }
            }
            if (!single) {
                relax(best, start, id, from, one, best[from] + unknownScore, unknownId);
            }
            from = one;
        }
        emit(piece, literal, start, id, out);
    }

    private static void relax(double[] best, int[] start, int[] id, int from, int to, double score, int entry) {
        if (start[to] < 0 || score > best[to]) {
            best[to] = score;
            start[to] = from;
            id[to] = entry;
        }
    }

    /** Reads the best path from its end and appends it from its beginning. */
    private void emit(String piece, boolean literal, int[] start, int[] id, IntList out) {
        int[] path = new int[piece.length()];
        int count = 0;
        for (int end = piece.length(); end > 0;) {
            int from = start[end];
            int token = id[end];
            if (token == unknownId) {
                while (from > 0 && id[from] == unknownId) {
                    from = start[from];
                }
                // what unknown characters spell together may be an entry after all
                int entry = vocabulary.id(piece, from, end);
                token = entry >= 0 && !(literal && special.test(entry)) ? entry : unknownId;
            }
            path[count++] = token;
            end = from;
        }
        while (count > 0) {
            out.add(path[--count]);
        }
    }
}
