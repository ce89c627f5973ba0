package io.github.x2i4j.loader.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The compact structures against those of the JDK. */
class TokenTablesTest {
    private final Random random = new Random(7);

    @Test
    void mapsLongsToInts() {
        LongIntMap map = new LongIntMap(4);
        Map<Long, Integer> expected = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            long key = random.nextLong(5_000) << 32 | random.nextInt(5);
            Integer before = expected.putIfAbsent(key, i);
            assertThat(map.putIfAbsent(key, i)).isEqualTo(before == null ? -1 : before);
        }
        expected.forEach((key, value) -> assertThat(map.get(key)).isEqualTo(value));
        assertThat(map.get(1L << 60)).isEqualTo(-1);
    }

    @Test
    void heapGivesTheSmallestFirst() {
        LongHeap heap = new LongHeap();
        PriorityQueue<Long> expected = new PriorityQueue<>();
        for (int i = 0; i < 20_000; i++) {
            if (expected.isEmpty() || random.nextInt(5) < 3) {
                long value = random.nextLong(1000);
                heap.add(value);
                expected.add(value);
            } else {
                assertThat(heap.poll()).isEqualTo(expected.poll());
            }
            assertThat(heap.isEmpty()).isEqualTo(expected.isEmpty());
        }
    }

    @Test
    void vocabularyFindsTokensAndIds() {
        Vocabulary vocabulary = new Vocabulary("test");
        Map<String, Integer> expected = new HashMap<>();
        for (int i = 0; i < 5_000; i++) {
            String token = Integer.toString(i, 36).repeat(1 + i % 3) + "é" + i;
            int id = (i * 7919) % 5_000 + (i % 2 == 0 ? 0 : 1 << 30);
            expected.put(token, id);
            vocabulary.add(token, id);
        }
        vocabulary.finish();
        expected.forEach((token, id) -> {
            assertThat(vocabulary.id(token)).isEqualTo(id);
            assertThat(vocabulary.id("<" + token + ">", 1, token.length() + 1)).isEqualTo(id);
            assertThat(vocabulary.token(id)).isEqualTo(token);
        });
        assertThat(vocabulary.id("none")).isEqualTo(-1);
        assertThat(vocabulary.token(5_001)).isNull();
        assertThat(vocabulary.token(-1)).isNull();
        assertThat(vocabulary.token(Integer.MAX_VALUE)).isNull();
        assertThat(new Vocabulary("empty").finish().token(0)).isNull();
    }

    @Test
    void vocabularyRefusesWhatContradicts() {
        Vocabulary vocabulary = new Vocabulary("vocab.json");
        vocabulary.add("a", 0);
        vocabulary.add("b", 0);
        assertThatThrownBy(() -> vocabulary.add("a", 5)).isInstanceOf(InvalidInputException.class).hasMessageContaining("\"a\" stands twice");
        assertThatThrownBy(vocabulary::finish).isInstanceOf(InvalidInputException.class).hasMessageContaining("\"a\" and \"b\" both have id 0");
        assertThatThrownBy(() -> vocabulary.add("c", 1L << 31)).isInstanceOf(InvalidInputException.class).hasMessageContaining("2147483648");
        assertThatThrownBy(() -> vocabulary.add("c", -1)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> vocabulary.add("c".repeat(5_000), 1)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("5000 characters");
    }

    @Test
    void trieWalksToTheEndsOfWords() {
        Trie trie = new Trie(1);
        trie.add("a", 1);
        trie.add("abc", 2);
        trie.add("abd", 3);
        trie.add("abd", 4);
        int a = trie.step(Trie.ROOT, 'a');
        int ab = trie.step(a, 'b');
        assertThat(trie.value(a)).isEqualTo(1);
        assertThat(trie.value(ab)).isEqualTo(-1);
        assertThat(trie.value(trie.step(ab, 'c'))).isEqualTo(2);
        assertThat(trie.value(trie.step(ab, 'd'))).isEqualTo(3);
        assertThat(trie.step(ab, 'x')).isEqualTo(-1);
        assertThat(trie.step(Trie.ROOT, 'b')).isEqualTo(-1);
    }

    @Test
    void byteAlphabetIsGpt2s() {
        assertThat(Bytes.toChar('!')).isEqualTo('!');
        assertThat(Bytes.toChar(0)).isEqualTo('\u0100');
        assertThat(Bytes.toChar(' ')).isEqualTo('\u0120');
        assertThat(Bytes.toChar('\n')).isEqualTo('\u010a');
        assertThat(Bytes.toChar(0x7f)).isEqualTo('\u0121');
        assertThat(Bytes.toChar(0xad)).isEqualTo('\u0143');
        assertThat(Bytes.toChar(0xff)).isEqualTo('\u00ff');
        for (int b = 0; b < 256; b++) {
            assertThat(Bytes.ofToken(String.valueOf(Bytes.toChar(b)))).containsExactly(b);
        }
        assertThat(Bytes.ofToken("\u0120a b")).isEqualTo("\u0120a b".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void brokenUtf8BecomesOneReplacementForEachLongestPrefix() {
        assertThat(text(0xe2, 0x82)).isEqualTo("\ufffd");
        assertThat(text(0xf0, 0x9f, 0x98, 'A')).isEqualTo("\ufffdA");
        assertThat(text(0xed, 0xa0, 0x80)).isEqualTo("\ufffd\ufffd\ufffd");
        assertThat(text(0xc0, 0x80)).isEqualTo("\ufffd\ufffd");
        assertThat(text(0xf4, 0x90, 0x80, 0x80)).isEqualTo("\ufffd\ufffd\ufffd\ufffd");
        assertThat(text(0x80, 0xe4, 0xbd, 0xa0)).isEqualTo("\ufffd你");
        for (String s : new String[] {"", "é", "你", "🙂", "\u0000\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff\ud800\udc00\udbff\udfff"}) {
            assertThat(Bytes.text(s.getBytes(StandardCharsets.UTF_8))).isEqualTo(s);
        }
    }

    @Test
    void halfASurrogatePairIsNoText() {
        assertThat(Bytes.utf8("🙂")).hasSize(4);
        for (String s : new String[] {"\ud83d", "a\ude42b", "\ude42\ud83d", "\ud83d\ud83d\ude42"}) {
            assertThatThrownBy(() -> Bytes.utf8(s)).isInstanceOf(InvalidInputException.class).hasMessageContaining("surrogate");
        }
    }

    private static String text(int... bytes) {
        byte[] b = new byte[bytes.length];
        for (int i = 0; i < b.length; i++) {
            b[i] = (byte) bytes[i];
        }
        return Bytes.text(b);
    }
}
