package io.github.x2i4j.loader.tokenizer;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.files.InputFiles;
import io.github.x2i4j.loader.tokenizer.AddedTokens.AddedToken;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * Token strings and their ids, in a handful of arrays, since there are up to hundreds of thousands of them. Filled once, then only
 * read.
 */
final class Vocabulary {
    /** Longest entry; the longest of the published tokenizers has 256 characters. */
    private static final int MAX_LENGTH = 4096;
    /** Entries, and characters of all of them, at most; the largest of the published tokenizers have 260,000 and two million. */
    private static final int MAX_ENTRIES = 1 << 20;
    private static final int MAX_CHARACTERS = 1 << 22;

    private final String file;
    private char[] pool = new char[1 << 12];
    /** Where entry i starts in the pool; one more than there are entries. */
    private int[] starts = new int[1 << 9];
    private int[] ids = new int[1 << 9];
    private int count;
    /** Entry + 1 by hash, 0 where free. */
    private int[] slots = new int[1 << 10];
    /** Entries in the order of their ids, set by {@link #finish}. */
    private int[] byId;
    private final long seed = ThreadLocalRandom.current().nextLong() | 1;

    /** @param file file and field, for messages */
    Vocabulary(String file) {
        this.file = file;
    }

    int count() {
        return count;
    }

    void add(CharSequence token, long id) {
        if (id < 0 || id > Integer.MAX_VALUE) {
            throw new InvalidInputException(file + ": token " + quoted(token) + " has id " + id + ", which is outside 0 to 2^31 - 1");
        }
        if (token.length() > MAX_LENGTH) {
            throw new InvalidInputException(file + ": the token of id " + id + " has " + token.length() + " characters, at most "
                    + MAX_LENGTH + " are read");
        }
        if (count == MAX_ENTRIES || starts[count] + token.length() > MAX_CHARACTERS) {
            throw new InvalidInputException(file + ": has more than " + MAX_ENTRIES + " tokens or " + MAX_CHARACTERS
                    + " characters in them; no tokenizer comes near that");
        }
        int slot = slot(token, 0, token.length());
        if (slots[slot] != 0) {
            throw new InvalidInputException(file + ": token " + quoted(token) + " stands twice, with ids " + ids[slots[slot] - 1]
                    + " and " + id);
        }
        int start = starts[count];
        int end = start + token.length();
        if (end > pool.length) {
            pool = Arrays.copyOf(pool, Math.max(end, pool.length + (pool.length >> 1)));
        }
        for (int i = 0; i < token.length(); i++) {
            pool[start + i] = token.charAt(i);
        }
        if (count + 2 > starts.length) {
            starts = Arrays.copyOf(starts, starts.length * 2);
            ids = Arrays.copyOf(ids, ids.length * 2);
        }
        ids[count] = (int) id;
        starts[++count] = end;
        slots[slot] = count;
        if (count * 2 > slots.length) {
            slots = new int[slots.length * 2];
            for (int e = 0; e < count; e++) {
                slots[slot(entry(e), 0, starts[e + 1] - starts[e])] = e + 1;
            }
        }
    }

    /** Checks that no id stands twice; looking up by id works from here on. */
    Vocabulary finish() {
        long[] order = IntStream.range(0, count).mapToLong(e -> (long) ids[e] << 32 | e).sorted().toArray();
        byId = new int[count];
        for (int i = 0; i < count; i++) {
            byId[i] = (int) order[i];
            if (i > 0 && ids[byId[i]] == ids[byId[i - 1]]) {
                throw new InvalidInputException(file + ": tokens " + quoted(entry(byId[i - 1])) + " and " + quoted(entry(byId[i]))
                        + " both have id " + ids[byId[i]]);
            }
        }
        return this;
    }

    /** Checks that added tokens that are entries have the same ids here, and that the others have ids of their own. */
    void checkAgrees(List<AddedToken> tokens) {
        for (AddedToken t : tokens) {
            int known = id(t.content());
            String other = token(t.id());
            if (known >= 0 && known != t.id() || other != null && !other.equals(t.content())) {
                throw new InvalidInputException(file + ": has " + (known >= 0 ? quoted(t.content()) + " with id " + known
                        : "id " + t.id() + " for " + quoted(other)) + ", the added token " + quoted(t.content()) + " has id " + t.id());
            }
        }
    }

    /** Id of a token, or -1. */
    int id(CharSequence token) {
        return id(token, 0, token.length());
    }

    /** Id of the token that is characters {@code [from, to)}, or -1. */
    int id(CharSequence text, int from, int to) {
        int e = slots[slot(text, from, to)];
        return e == 0 ? -1 : ids[e - 1];
    }

    /** Token of an id, or null. */
    String token(int id) {
        int i = count > 0 && id >= 0 && id < count && ids[byId[id]] == id ? id : search(id);
        return i < 0 ? null : entry(byId[i]).toString();
    }

    private int search(int id) {
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            int mid = (low + high) >>> 1;
            int found = ids[byId[mid]];
            if (found == id) {
                return mid;
            }
            if (found < id) {
                low = mid + 1;
            } else {
                high = mid - 1;
            }
        }
        return -1;
    }

    private CharSequence entry(int e) {
        return new String(pool, starts[e], starts[e + 1] - starts[e]);
    }

    /** Where a string's entry is noted, or the free slot for it. */
    private int slot(CharSequence s, int from, int to) {
        // the multiplier differs from process to process, so that no file can be made of strings that collide
        long h = seed;
        for (int i = from; i < to; i++) {
            h = (h + s.charAt(i)) * seed;
            h ^= h >>> 29;
        }
        int mask = slots.length - 1;
        int slot = (int) (h ^ h >>> 32) & mask;
        while (slots[slot] != 0 && !equal(slots[slot] - 1, s, from, to)) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private boolean equal(int e, CharSequence s, int from, int to) {
        int start = starts[e];
        if (starts[e + 1] - start != to - from) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (pool[start + i - from] != s.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** A token as messages show it: shortened, control characters escaped. */
    static String quoted(CharSequence token) {
        return "\"" + InputFiles.shown(token.toString()) + "\"";
    }
}
