package io.github.x2i4j.loader.weights;

import java.util.Collection;

/** Numbers in tensor names, such as those of layers. */
final class Numbered {
    private static final int DIGITS = 9;

    private Numbered() {
    }

    /** The number that follows {@code prefix} in {@code name} and ends there or before a dot, or -1. */
    static int index(String name, String prefix) {
        if (!name.startsWith(prefix)) {
            return -1;
        }
        int dot = name.indexOf('.', prefix.length());
        int end = dot < 0 ? name.length() : dot;
        if (end == prefix.length() || end > prefix.length() + DIGITS) {
            return -1;
        }
        int n = 0;
        for (int i = prefix.length(); i < end; i++) {
            int digit = name.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            n = 10 * n + digit;
        }
        return n;
    }

    /** One more than the largest {@link #index}, 0 without any. */
    static int count(Collection<String> names, String prefix) {
        int count = 0;
        for (String name : names) {
            count = Math.max(count, index(name, prefix) + 1);
        }
        return count;
    }
}
