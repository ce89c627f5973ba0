package io.github.x2i4j.model.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.loader.tokenizer.Encoding;
import io.github.x2i4j.loader.tokenizer.MarkedText;
import io.github.x2i4j.loader.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class FluxTextEncodersTest {
    private final List<String> warnings = new ArrayList<>();
    private final Progress progress = new Progress() {
        @Override
        public void warning(String message) {
            warnings.add(message);
        }
    };

    /** A token for each letter, and 1 at the end. */
    private static final class Letters implements Tokenizer {
        @Override
        public int[] encode(MarkedText text, boolean addSpecialTokens) {
            return encode(text, addSpecialTokens, Integer.MAX_VALUE, false).ids();
        }

        @Override
        public Encoding encode(MarkedText text, boolean addSpecialTokens, int maxLength, boolean pad) {
            int kept = Math.min(text.text().length(), maxLength - 1);
            int[] ids = Arrays.copyOf(text.text().chars().limit(kept).toArray(), pad ? maxLength : kept + 1);
            ids[kept] = 1;
            String cut = text.text().substring(kept);
            return new Encoding(ids, kept + 1, cut.length(), cut);
        }

        @Override
        public String decode(int[] ids, boolean skipSpecialTokens) {
            throw new UnsupportedOperationException();
        }

        @Override
        public OptionalInt id(String token) {
            return OptionalInt.empty();
        }

        @Override
        public int padId() {
            return 0;
        }
    }

    private long[] ids(String text, int maxLength) {
        return FluxTextEncoders.ids(new Letters(), "T5", "negative prompt", text, maxLength, true, progress);
    }

    @Test
    void textThatFitsIsPaddedSilently() {
        assertThat(ids("ab", 5)).containsExactly('a', 'b', 1, 0, 0);
        assertThat(ids("abcd", 5)).containsExactly('a', 'b', 'c', 'd', 1);
        assertThat(warnings).isEmpty();
    }

    @Test
    void textThatIsCutIsAWarningThatSaysWhere() {
        assertThat(ids("abcdef", 5)).containsExactly('a', 'b', 'c', 'd', 1);
        assertThat(warnings).singleElement().asString().contains("T5", "5 tokens", "last 2 tokens", "negative prompt", "\"ef\"");
    }

    @Test
    void aLongRestIsShownInPart() {
        ids("x".repeat(500), 5);
        assertThat(warnings).singleElement().asString().contains("last 496 tokens", "x...").hasSizeLessThan(200);
    }
}
