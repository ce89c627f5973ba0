package io.github.x2i4j.model.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PythonTextTest {
    @Test
    void quotesLikePython() {
        assertThat(PythonText.repr("plain")).isEqualTo("'plain'");
        assertThat(PythonText.repr("it's")).isEqualTo("\"it's\"");
        assertThat(PythonText.repr("say \"hi\"")).isEqualTo("'say \"hi\"'");
        assertThat(PythonText.repr("it's \"x\"")).isEqualTo("'it\\'s \"x\"'");
        assertThat(PythonText.repr("")).isEqualTo("''");
        assertThat(PythonText.repr(null)).isEqualTo("None");
    }

    @Test
    void escapesControlsAndBackslash() {
        assertThat(PythonText.repr("a\nb\tc\\d\r")).isEqualTo("'a\\nb\\tc\\\\d\\r'");
        assertThat(PythonText.repr("\0\u001b\u007f")).isEqualTo("'\\x00\\x1b\\x7f'");
    }

    /** One code point of every category that Python does not print, and one of some that it does. */
    @ParameterizedTest
    @CsvSource({"9f,\\x9f", "ad,\\xad", "a0,\\xa0", "200b,\\u200b", "2028,\\u2028", "2029,\\u2029", "3000,\\u3000", "d800,\\ud800",
            "e000,\\ue000", "378,\\u0378", "feff,\\ufeff", "e0001,\\U000e0001", "10ffff,\\U0010ffff", "e9,", "4f60,", "1f642,", "301,",
            "20ac,", "2160,", "b2,"})
    void escapesWhatIsNotPrintable(String hex, String escaped) {
        String c = Character.toString(Integer.parseInt(hex, 16));
        assertThat(PythonText.repr(c)).isEqualTo("'" + (escaped == null ? c : escaped) + "'");
    }

    @Test
    void dictionariesKeepTheirOrder() {
        Map<String, String> d = new LinkedHashMap<>();
        d.put("z", "it's");
        d.put("a", null);
        assertThat(PythonText.dict(d)).isEqualTo("{'z': \"it's\", 'a': None}");
        assertThat(PythonText.dict(Map.of())).isEqualTo("{}");
    }
}
