package io.github.x2i4j.loader.tokenizer;

import io.github.x2i4j.engine.InvalidInputException;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression of a tokenizer file. The published ones need a few steps a character; one that does not end in a fair
 * number of steps, or nests too deep for the stack, gets an error in place of a hang or a crash.
 */
final class GuardedRegex {
    private static final long STEPS_PER_CHAR = 1000;
    private static final long STEPS_AT_LEAST = 1_000_000;
    private static final int MAX_LENGTH = 10_000;

    private final Pattern pattern;
    private final String where;

    /**
     * @param where file and field, for messages
     */
    GuardedRegex(String regex, String where) {
        this.where = where;
        if (regex.length() > MAX_LENGTH) {
            throw new InvalidInputException(where + ": the regular expression has " + regex.length() + " characters, at most " + MAX_LENGTH
                    + " are read");
        }
        try {
            pattern = Pattern.compile(regex, Pattern.UNICODE_CHARACTER_CLASS);
        } catch (PatternSyntaxException e) {
            throw new InvalidInputException(where + ": not a regular expression that can be read: " + e.getDescription() + " at "
                    + e.getIndex() + " of " + Vocabulary.quoted(regex), e);
        } catch (StackOverflowError e) {
            throw new InvalidInputException(where + ": the regular expression nests too deep", e);
        }
    }

    /** Calls for every match, in order. */
    void forEachMatch(String text, Consumer<MatchResult> match) {
        Matcher m = pattern.matcher(new Counted(text, new long[] {STEPS_AT_LEAST + STEPS_PER_CHAR * text.length()}));
        try {
            while (m.find()) {
                match.accept(m);
            }
        } catch (StackOverflowError e) {
            throw tooLong(text);
        }
    }

    private InvalidInputException tooLong(String text) {
        return new InvalidInputException(where + ": the regular expression does not get through a text of " + text.length()
                + " characters, shorten the text or mend the file");
    }

    /** A text that may be looked at so many times. */
    private final class Counted implements CharSequence {
        private final String text;
        private final long[] left;

        Counted(String text, long[] left) {
            this.text = text;
            this.left = left;
        }

        @Override
        public char charAt(int i) {
            if (--left[0] < 0) {
                throw tooLong(text);
            }
            return text.charAt(i);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int from, int to) {
            return text.substring(from, to);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
