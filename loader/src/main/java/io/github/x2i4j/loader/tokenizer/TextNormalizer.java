package io.github.x2i4j.loader.tokenizer;

import io.github.x2i4j.engine.InvalidInputException;
import java.text.Normalizer;
import java.util.List;

/** A step that rewrites text before it is split: the {@code normalizer} nodes of tokenizer.json. */
@FunctionalInterface
interface TextNormalizer {
    /** Longest run of combining marks; the JDK sorts a run in quadratic time. */
    int MAX_MARKS = 4096;

    /** What a text may become: one character of Unicode's normal forms becomes 18 at most. */
    int MAX_GROWTH = 32;

    TextNormalizer NONE = s -> s;

    String normalize(String s);

    static TextNormalizer sequence(List<TextNormalizer> steps) {
        return s -> {
            String t = s;
            for (TextNormalizer step : steps) {
                t = step.normalize(t);
                checkGrowth(s, t.length());
            }
            return t;
        };
    }

    private static void checkGrowth(String from, long length) {
        if (length > 4096 + (long) MAX_GROWTH * from.length()) {
            throw new InvalidInputException("the tokenizer makes of a text of " + from.length() + " characters one of " + length
                    + " and more before it reads it; its normalizer is damaged");
        }
    }

    /** One of Unicode's normal forms. */
    static TextNormalizer unicode(Normalizer.Form form) {
        return s -> {
            int marks = 0;
            for (int i = 0; i < s.length(); i += Character.charCount(s.codePointAt(i))) {
                marks = isMark(s.codePointAt(i)) ? marks + 1 : 0;
                if (marks > MAX_MARKS) {
                    throw new InvalidInputException("the text has more than " + MAX_MARKS + " combining marks in a row, remove them");
                }
            }
            return Normalizer.normalize(s, form);
        };
    }

    private static boolean isMark(int c) {
        return c >= 0x300 && switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK -> true;
            default -> false;
        };
    }

    /** Lower case of each character by itself: no rule of a language, and no final sigma. */
    static TextNormalizer lowercase() {
        return s -> {
            StringBuilder out = new StringBuilder(s.length());
            s.codePoints().forEach(c -> {
                if (c == 0x130) {
                    out.append("i\u0307");
                } else {
                    out.appendCodePoint(Character.toLowerCase(c));
                }
            });
            return out.toString();
        };
    }

    /** Removes white space at the ends. */
    static TextNormalizer strip(boolean left, boolean right) {
        return s -> {
            int from = 0;
            int to = s.length();
            while (left && from < to && Bytes.isWhiteSpace(s.charAt(from))) {
                from++;
            }
            while (right && to > from && Bytes.isWhiteSpace(s.charAt(to - 1))) {
                to--;
            }
            return s.substring(from, to);
        };
    }

    static TextNormalizer replace(GuardedRegex regex, String by) {
        return s -> {
            StringBuilder out = new StringBuilder();
            int[] done = {0};
            regex.forEachMatch(s, m -> {
                checkGrowth(s, (long) out.length() + m.start() - done[0] + by.length());
                out.append(s, done[0], m.start()).append(by);
                done[0] = m.end();
            });
            return out.append(s, done[0], s.length()).toString();
        };
    }

    static TextNormalizer prepend(String prefix) {
        return s -> s.isEmpty() ? s : prefix + s;
    }
}
