package io.github.x2i4j.loader.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplittingTest {
    private static final PreTokenizer QWEN = PreTokenizer.regex(new GuardedRegex(VocabAndMerges.QWEN_REGEX, "test"), true, true);

    private static List<String> pieces(PreTokenizer splitter, String text) {
        List<String> out = new ArrayList<>();
        splitter.split(text, true, (piece, _) -> out.add(piece));
        return out;
    }

    @Test
    void qwenSplitsAsItsDocumentedExamples() {
        assertThat(pieces(QWEN, "don't DON'T")).containsExactly("don", "'t", " DON", "'T");
        assertThat(pieces(QWEN, "abc123 4567")).containsExactly("abc", "1", "2", "3", " ", "4", "5", "6", "7");
        assertThat(pieces(QWEN, "  two  spaces")).containsExactly(" ", " two", " ", " spaces");
        assertThat(pieces(QWEN, "line\n\n  next")).containsExactly("line", "\n\n", " ", " next");
        assertThat(pieces(QWEN, "x=1;\r\n y")).containsExactly("x", "=", "1", ";\r\n", " y");
        assertThat(pieces(QWEN, "你好，世界！")).containsExactly("你好", "，世界", "！");
        assertThat(pieces(QWEN, "héllo🙂")).containsExactly("héllo", "🙂");
        assertThat(pieces(QWEN, "tab\t\tend ")).containsExactly("tab", "\t", "\tend", " ");
        assertThat(pieces(QWEN, "I'LL")).containsExactly("I", "'LL");
        assertThat(pieces(QWEN, " \n")).containsExactly(" \n");
        assertThat(pieces(QWEN, "a\u00a0\u00a0b")).containsExactly("a", "\u00a0", "\u00a0b");
        assertThat(pieces(QWEN, "it'ſ")).containsExactly("it", "'ſ");
    }

    @Test
    void whiteSpaceIsUnicodesAndNotJavas() {
        PreTokenizer split = PreTokenizer.whitespaceSplit();
        assertThat(pieces(split, "a\u0085b\u3000c\u00a0 d\u2028e")).containsExactly("a", "b", "c", "d", "e");
        assertThat(pieces(split, "a\u200bb\u001cc")).containsExactly("a\u200bb\u001cc");
        assertThat(pieces(split, " \n")).isEmpty();
    }

    @Test
    void metaspaceMarksEveryPieceOnce() {
        PreTokenizer always = PreTokenizer.metaspace('\u2581', PreTokenizer.Prepend.ALWAYS, true);
        assertThat(pieces(always, "a  b")).containsExactly("\u2581a", "\u2581", "\u2581b");
        assertThat(pieces(always, " a")).containsExactly("\u2581a");
        assertThat(pieces(PreTokenizer.metaspace('\u2581', PreTokenizer.Prepend.NEVER, true), "a b")).containsExactly("a", "\u2581b");
        assertThat(pieces(PreTokenizer.metaspace('\u2581', PreTokenizer.Prepend.ALWAYS, false), "a b")).containsExactly("\u2581a\u2581b");
        PreTokenizer first = PreTokenizer.sequence(List.of(PreTokenizer.whitespaceSplit(),
                PreTokenizer.metaspace('\u2581', PreTokenizer.Prepend.FIRST, true)));
        assertThat(pieces(first, "a b")).containsExactly("\u2581a", "b");
        assertThat(pieces(first, " a b")).containsExactly("a", "b");
    }

    @Test
    void matchesOrGapsCanBeDropped() {
        GuardedRegex words = new GuardedRegex("\\p{L}+", "test");
        assertThat(pieces(PreTokenizer.regex(words, true, false), "ab, cd")).containsExactly("ab", "cd");
        assertThat(pieces(PreTokenizer.regex(words, false, true), "ab, cd")).containsExactly(", ");
    }

    /** On a thread with a small stack: nothing may recurse by the character. */
    @ParameterizedTest
    @ValueSource(strings = {"a", " ", "\n", " \n", "!", "'", "1", "你", "🙂", "a\u0301", "word ", "\t"})
    void longRunsNeitherRecurseNorBacktrack(String unit) throws InterruptedException {
        String text = unit.repeat(100_000);
        List<String> joined = new ArrayList<>();
        Thread thread = new Thread(null, () -> joined.add(String.join("", pieces(QWEN, text))), "small stack", 256 << 10);
        thread.start();
        thread.join();
        assertThat(joined).containsExactly(text);
    }

    @Test
    void aRegexWithoutEndIsAnError() {
        GuardedRegex explosive = new GuardedRegex("(a+)+\\1b", "file.json: pre_tokenizer.pattern");
        assertThatThrownBy(() -> explosive.forEachMatch("a".repeat(60) + "!", _ -> { })).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("file.json: pre_tokenizer.pattern");
        GuardedRegex deep = new GuardedRegex("(a|b)*c", "file.json: pre_tokenizer.pattern");
        assertThatThrownBy(() -> deep.forEachMatch("ab".repeat(500_000), _ -> { })).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("does not get through");
        assertThatThrownBy(() -> new GuardedRegex("(", "where")).isInstanceOf(InvalidInputException.class).hasMessageStartingWith("where");
        assertThatThrownBy(() -> new GuardedRegex("(".repeat(9_999), "where")).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> new GuardedRegex("a".repeat(100_000), "where")).isInstanceOf(InvalidInputException.class);
    }
}
