package io.github.x2i4j.loader.tokenizer;

import java.util.Arrays;

/** Map from non-negative longs to ints in two arrays, for the hundreds of thousands of merges and trie edges. */
final class LongIntMap {
    private static final long FREE = -1;

    private long[] keys;
    private int[] values;
    private int size;

    LongIntMap(int expected) {
        int slots = Integer.highestOneBit(Math.max(16, expected) * 2 - 1) * 2;
        allocate(slots);
    }

    /** Value of a key, or -1. */
    int get(long key) {
        int slot = slot(key);
        return keys[slot] == key ? values[slot] : -1;
    }

    /** Sets a value that is not negative, unless the key has one: returns that, or -1. */
    int putIfAbsent(long key, int value) {
        int slot = slot(key);
        if (keys[slot] == key) {
            return values[slot];
        }
        if (++size > keys.length / 2) {
            grow();
            slot = slot(key);
        }
        keys[slot] = key;
        values[slot] = value;
        return -1;
    }

    private int slot(long key) {
        long h = key * 0x9E3779B97F4A7C15L;
        int mask = keys.length - 1;
        int slot = (int) (h ^ h >>> 32) & mask;
        while (keys[slot] != key && keys[slot] != FREE) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldValues = values;
        allocate(Math.multiplyExact(2, oldKeys.length));
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != FREE) {
                int slot = slot(oldKeys[i]);
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }

    private void allocate(int slots) {
        keys = new long[slots];
        Arrays.fill(keys, FREE);
        values = new int[slots];
    }
}
