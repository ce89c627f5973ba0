package io.github.x2i4j.loader.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.text.Normalizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextNormalizerTest {
    @Test
    void lowerCaseIsOfEachCharacterByItself() {
        assertThat(TextNormalizer.lowercase().normalize("ΟΔΥΣΣΕΥΣ İI ẞ 𐐀 A")).isEqualTo("οδυσσευσ i\u0307i ß 𐐨 a");
    }

    @Test
    void composesAndRefusesEndlessMarks() {
        TextNormalizer nfc = TextNormalizer.unicode(Normalizer.Form.NFC);
        assertThat(nfc.normalize("e\u0301")).isEqualTo("é");
        assertThat(nfc.normalize("a" + "\u0301\u0323".repeat(2_000))).startsWith("ạ");
        assertThat(nfc.normalize("🙂".repeat(10_000) + "\u0301")).hasSize(20_001);
        assertThatThrownBy(() -> nfc.normalize("a" + "\u0301\u0323".repeat(50_000))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("combining marks");
    }

    @Test
    void stripsReplacesAndPrepends() {
        assertThat(TextNormalizer.strip(false, true).normalize(" a \u3000\n")).isEqualTo(" a");
        assertThat(TextNormalizer.strip(true, false).normalize("\u00a0 a ")).isEqualTo("a ");
        assertThat(TextNormalizer.strip(true, true).normalize(" \n ")).isEmpty();
        assertThat(TextNormalizer.replace(new GuardedRegex(" {2,}", "t"), "$1").normalize("a   b c")).isEqualTo("a$1b c");
        assertThat(TextNormalizer.sequence(List.of(TextNormalizer.prepend("x"), TextNormalizer.lowercase())).normalize("A")).isEqualTo("xa");
        assertThat(TextNormalizer.prepend("x").normalize("")).isEmpty();
    }

    private static PrecompiledNormalizer map(String... rules) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < rules.length; i += 2) {
            map.put(rules[i], rules[i + 1]);
        }
        return new PrecompiledNormalizer(SmallTokenizers.charMap(map), "test");
    }

    @Test
    void theShortestMatchReplacesAShortClusterWhole() {
        PrecompiledNormalizer n = map("a", "X", "a\u0301", "Y", "\t", " ", "\r", " ", "ﬁ", "fi", "\u0001", "", "１", "1");
        assertThat(n.normalize("a\u0301b")).isEqualTo("Xb");
        assertThat(n.normalize("ba")).isEqualTo("bX");
        assertThat(n.normalize("\t\r\n")).isEqualTo("  ");
        assertThat(n.normalize("ﬁ\u0001１é")).isEqualTo("fi1é");
    }

    @Test
    void longClustersAreReplacedByCodePoint() {
        PrecompiledNormalizer n = map("a", "X", "\u0301", "'", "你", "N");
        assertThat(n.normalize("a\u0301\u0301")).isEqualTo("X");
        assertThat(n.normalize("a\u0301\u0301\u0301")).isEqualTo("X'''");
        assertThat(n.normalize("你\u0301")).isEqualTo("N");
        assertThat(n.normalize("你\u0301\u0301")).isEqualTo("N''");
        assertThat(n.normalize("🙂\u0301")).isEqualTo("🙂'");
    }

    @Test
    void damagedMapsAreErrorsAndNeverOutOfBounds() {
        byte[] good = SmallTokenizers.charMap(Map.of("a", "X", "ab", "Y"));
        for (int length = 0; length < 8; length++) {
            byte[] start = java.util.Arrays.copyOf(good, length);
            assertThatThrownBy(() -> new PrecompiledNormalizer(start, "file: map")).isInstanceOf(InvalidInputException.class)
                    .hasMessageStartingWith("file: map");
        }
        byte[] lying = good.clone();
        ByteBuffer.wrap(lying).order(ByteOrder.LITTLE_ENDIAN).putInt(0, -4);
        assertThatThrownBy(() -> new PrecompiledNormalizer(lying, "file: map")).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("4294967292");
        Random random = new Random(5);
        for (int round = 0; round < 2_000; round++) {
            byte[] bad = good.clone();
            for (int i = 0; i < 200; i++) {
                bad[4 + random.nextInt(bad.length - 4)] = (byte) random.nextInt();
            }
            PrecompiledNormalizer n = new PrecompiledNormalizer(bad, "file: map");
            try {
                n.normalize("abc ab\u0301 é 你 🙂");
            } catch (InvalidInputException e) {
                assertThat(e).hasMessageStartingWith("file: map");
            }
        }
    }
}
