package io.github.x2i4j.loader.tokenizer;

import io.github.x2i4j.engine.InvalidInputException;
import java.util.function.IntPredicate;

/**
 * Byte-level byte-pair encoding: the bytes of a piece are its first symbols; the neighbours whose merge has the lowest rank are
 * joined, the leftmost first, until no neighbours have a merge. O(n log n) in the bytes of a piece.
 */
final class BpeModel implements TokenModel {
    private final Vocabulary vocabulary;
    private final Merges merges;
    /** Id of each byte inside a piece, and at its end; -1 where the vocabulary has none. */
    private final int[] inner = new int[256];
    private final int[] last = new int[256];
    private final int unknownId;
    private final boolean wholePieces;
    private final IntPredicate special;
    private final String where;

    /**
     * @param endOfWord what is appended to the last symbol of a piece ({@code </w>} for CLIP), or ""
     * @param unknownId id for bytes that the vocabulary lacks, or -1
     * @param wholePieces whether a piece that is an entry of the vocabulary is one token whatever the merges say
     * @param special whether an id is that of a special token
     * @param where file, for messages
     */
    BpeModel(Vocabulary vocabulary, Merges merges, String endOfWord, int unknownId, boolean wholePieces,
            IntPredicate special, String where) {
        this.vocabulary = vocabulary;
        this.merges = merges;
        this.unknownId = unknownId;
        this.wholePieces = wholePieces;
        this.special = special;
        this.where = where;
        for (int b = 0; b < 256; b++) {
            inner[b] = vocabulary.id(String.valueOf(Bytes.toChar(b)));
            last[b] = endOfWord.isEmpty() ? inner[b] : vocabulary.id(Bytes.toChar(b) + endOfWord);
        }
    }

    /** Pairs of ids that are joined. */
    static final class Merges {
        /** Merges, at most: each makes a token. */
        private static final int MOST = 1 << 20;

        private final Vocabulary vocabulary;
        private final String where;
        private final LongIntMap rankOfPair;
        private final IntList joined = new IntList();
        private final StringBuilder text = new StringBuilder();

        /**
         * @param where file and field, for messages
         */
        Merges(Vocabulary vocabulary, String where) {
            this.vocabulary = vocabulary;
            this.where = where;
            this.rankOfPair = new LongIntMap(vocabulary.count());
        }

        /** Adds the pair of the next rank: characters {@code [0, middle)} and {@code [right, end)} of a line. */
        void add(CharSequence line, int middle, int right) {
            if (joined.size() == MOST) {
                throw new InvalidInputException(where + ": has more than " + MOST + " merges; no tokenizer comes near that");
            }
            int a = known(line, 0, middle);
            int b = known(line, right, line.length());
            text.setLength(0);
            text.append(line, 0, middle).append(line, right, line.length());
            int ab = known(text, 0, text.length());
            if (rankOfPair.putIfAbsent(pair(a, b), joined.size()) >= 0) {
                throw new InvalidInputException(where + "[" + joined.size() + "]: the merge " + Vocabulary.quoted(line) + " stands twice");
            }
            joined.add(ab);
        }

        /** Adds the pair of the next rank: two tokens with a space between. */
        void addLine(String line) {
            int space = line.indexOf(' ');
            if (space < 0 || line.indexOf(' ', space + 1) >= 0) {
                throw new InvalidInputException(where + "[" + joined.size() + "]: " + Vocabulary.quoted(line)
                        + " is not two tokens with a space between");
            }
            add(line, space, space + 1);
        }

        private int known(CharSequence s, int from, int to) {
            int id = to > from ? vocabulary.id(s, from, to) : -1;
            if (id < 0) {
                throw new InvalidInputException(where + "[" + joined.size() + "]: the merge needs the token "
                        + Vocabulary.quoted(s.subSequence(from, to)) + ", which the vocabulary lacks");
            }
            return id;
        }

        private static long pair(int a, int b) {
            return (long) a << 32 | b;
        }

        /** Rank of a pair, or -1. */
        int rank(int a, int b) {
            return rankOfPair.get(pair(a, b));
        }

        /** Id of what the pair of a rank is joined to. */
        int joined(int rank) {
            return joined.get(rank);
        }
    }

    @Override
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    @Override
    public void encode(String piece, boolean literal, IntList out) {
        byte[] bytes = Bytes.utf8(piece);
        if (wholePieces) {
            StringBuilder token = new StringBuilder(bytes.length);
            for (byte b : bytes) {
                token.append(Bytes.toChar(b & 0xFF));
            }
            int id = vocabulary.id(token);
            if (id >= 0 && !(literal && special.test(id))) {
                out.add(id);
                return;
            }
        }
        int n = bytes.length;
        int[] ids = new int[n];
        for (int i = 0; i < n; i++) {
            int id = (i < n - 1 ? inner : last)[bytes[i] & 0xFF];
            ids[i] = id < 0 ? unknown(bytes[i], piece) : id;
        }
        merge(ids);
        for (int id : ids) {
            if (id >= 0) {
                out.add(id);
            }
        }
    }

    /** Joins symbols in place: a joined one stands where its left part stood, -1 where its right part was. */
    private void merge(int[] ids) {
        int n = ids.length;
        int[] next = new int[n];
        int[] previous = new int[n];
        LongHeap candidates = new LongHeap();
        for (int i = 0; i < n; i++) {
            next[i] = i + 1;
            previous[i] = i - 1;
            offer(candidates, ids, i, i + 1);
        }
        while (!candidates.isEmpty()) {
            long candidate = candidates.poll();
            int rank = (int) (candidate >>> 32);
            int left = (int) candidate;
            int right = next[left];
            if (ids[left] < 0 || right == n || merges.rank(ids[left], ids[right]) != rank) {
                continue; // one of the two was joined with something else since
            }
            ids[left] = merges.joined(rank);
            ids[right] = -1;
            next[left] = next[right];
            if (next[left] < n) {
                previous[next[left]] = left;
            }
            offer(candidates, ids, left, next[left]);
            if (previous[left] >= 0) {
                offer(candidates, ids, previous[left], left);
            }
        }
    }

    private void offer(LongHeap candidates, int[] ids, int left, int right) {
        int rank = right < ids.length ? merges.rank(ids[left], ids[right]) : -1;
        if (rank >= 0) {
            candidates.add((long) rank << 32 | left);
        }
    }

    private int unknown(byte b, String piece) {
        if (unknownId < 0) {
            throw new InvalidInputException(where + ": the vocabulary has no entry for byte " + String.format("0x%02x", b) + " of "
                    + Vocabulary.quoted(piece) + " and names no unknown token");
        }
        return unknownId;
    }
}
