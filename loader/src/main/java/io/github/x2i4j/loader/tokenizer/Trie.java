package io.github.x2i4j.loader.tokenizer;

import java.util.Arrays;

/** Words with a value each, found by walking over the characters of a text. */
final class Trie {
    /** The node before the first character. */
    static final int ROOT = 0;

    /** Next node by {@code node << 16 | character}. */
    private final LongIntMap edges;
    /** Value of the word that ends at a node, or -1. */
    private int[] values = {-1};
    private int nodes = 1;

    Trie(int expectedWords) {
        edges = new LongIntMap(expectedWords);
        values = Arrays.copyOf(values, Math.max(16, expectedWords));
    }

    /** Adds a word; the first value of a word stays. */
    void add(CharSequence word, int value) {
        int node = ROOT;
        for (int i = 0; i < word.length(); i++) {
            int next = edges.putIfAbsent((long) node << 16 | word.charAt(i), nodes);
            if (next < 0) {
                next = nodes++;
                if (next == values.length) {
                    values = Arrays.copyOf(values, Math.multiplyExact(2, next));
                }
                values[next] = -1;
            }
            node = next;
        }
        if (values[node] < 0) {
            values[node] = value;
        }
    }

    /** The node one character on, or -1 where no word goes on so. */
    int step(int node, char c) {
        return edges.get((long) node << 16 | c);
    }

    /** Value of the word that ends at a node, or -1. */
    int value(int node) {
        return values[node];
    }
}
