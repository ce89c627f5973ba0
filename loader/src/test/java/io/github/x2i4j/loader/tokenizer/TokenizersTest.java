package io.github.x2i4j.loader.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.x2i4j.engine.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizersTest {
    private static final String[] MERGES = {"a b", "Ġ ab", "ab ab", "c c"};
    private static final int AB = 256;
    private static final int SPACE_AB = 257;
    private static final int END = 260;
    private static final int IMAGE = 261;

    @TempDir
    private Path folder;

    private Tokenizer bpe() {
        SmallTokenizers.write(folder, "tokenizer.json", SmallTokenizers.bpe(MERGES));
        return Tokenizers.load(folder, TokenizerKind.BPE);
    }

    private Tokenizer t5() {
        SmallTokenizers.write(folder, "tokenizer.json", SmallTokenizers.t5(SmallTokenizers.charMap(Map.of("\n", " ", "Ａ", "a"))));
        return Tokenizers.load(folder, TokenizerKind.T5);
    }

    private Tokenizer clip() {
        ObjectNode vocab = SmallTokenizers.byteVocabulary("</w>", "a b</w>", "i İ");
        vocab.put("<|startoftext|>", vocab.size());
        vocab.put("<|endoftext|>", vocab.size());
        SmallTokenizers.write(folder, "vocab.json", vocab);
        SmallTokenizers.write(folder, "merges.txt", "#version: 0.2\na b</w>\n");
        SmallTokenizers.write(folder, "special_tokens_map.json", """
                {"bos_token": {"content": "<|startoftext|>", "normalized": true}, "eos_token": {"content": "<|endoftext|>", "normalized": true}}
                """);
        return Tokenizers.load(folder, TokenizerKind.CLIP);
    }

    @Test
    void bpeEncodesBytesAndSpecialTokens() {
        Tokenizer t = bpe();
        assertThat(t.encode("ab ab", true)).containsExactly(AB, SPACE_AB);
        assertThat(t.encode("abab<|end|>é", true)).containsExactly(258, END, 0xc3, 0xa9);
        assertThat(t.encode("e\u0301", true)).containsExactly(0xc3, 0xa9);
        assertThat(t.encode("", true)).isEmpty();
        assertThat(t.id("<|image_pad|>")).hasValue(IMAGE);
        assertThat(t.id("Ġab")).hasValue(SPACE_AB);
        assertThat(t.id("none")).isEmpty();
        assertThat(t.decode(new int[] {AB, END, 0xc3, 0xa9, 0xf0, 99_999}, false)).isEqualTo("ab<|end|>é\ufffd");
        assertThat(t.decode(new int[] {AB, END, 'x'}, true)).isEqualTo("abx");
    }

    @Test
    void tokensTypedInLiteralTextAreOrdinaryCharacters() {
        Tokenizer t = bpe();
        MarkedText text = MarkedText.builder().marked("<|end|>").literal("ab<|end|>").marked("<|end|>").build();
        int[] typed = t.encode(MarkedText.literal("<|end|>"), true);
        assertThat(typed).hasSize(7).doesNotContain(END);
        int[] ids = t.encode(text, true);
        assertThat(ids).hasSize(2 + 1 + 7).startsWith(END, AB).endsWith(END);
        assertThat(Arrays.stream(ids).filter(id -> id == END).count()).isEqualTo(2);
        assertThat(t.decode(ids, false)).isEqualTo(text.text());
        // a token that only begins in literal text is none either
        assertThat(t.encode(MarkedText.builder().literal("<|").marked("end|>").build(), true)).isEqualTo(typed);
        // and marks change nothing where nobody typed one
        assertThat(t.encode(MarkedText.builder().marked("ab ").literal("ab").marked(" ab").build(), true)).isEqualTo(t.encode("ab ab ab", true));
    }

    @Test
    void textThatDoesNotFitIsCutAndNamed() {
        Encoding e = t5().encode(MarkedText.of("ab ab b"), true, 3, true);
        assertThat(e.ids()).containsExactly(8, 8, 1);
        assertThat(e).extracting(Encoding::length, Encoding::cutTokens, Encoding::cutText).containsExactly(3, 2, "b");
        assertThat(e.isCut()).isTrue();
        Encoding padded = t5().encode(MarkedText.of("ab"), true, 4, true);
        assertThat(padded.ids()).containsExactly(8, 1, 0, 0);
        assertThat(padded).extracting(Encoding::length, Encoding::isCut, Encoding::cutText).containsExactly(2, false, "");
        assertThat(t5().encode(MarkedText.of("ab"), true, 4, false).ids()).containsExactly(8, 1);
        assertThat(t5().encode("ab ab", 2, true)).containsExactly(8, 1);
        assertThatThrownBy(() -> t5().encode("ab", 0, true)).isInstanceOf(InvalidInputException.class).hasMessageContaining("no room");
        assertThat(bpe().encode("ab ab", 1, false)).containsExactly(AB);
    }

    @Test
    void paddingNeedsAPadToken() {
        assertThatThrownBy(() -> bpe().encode("ab", 4, true)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("tokenizer.json").hasMessageContaining("pad_token");
        SmallTokenizers.write(folder, "tokenizer_config.json", "{\"pad_token\": {\"content\": \"<|end|>\"}}");
        assertThat(bpe().encode("ab", 3, true)).containsExactly(AB, END, END);
    }

    @Test
    void vocabularyAndMergesAreTheSameTokenizerAsTokenizerJson() {
        Tokenizer whole = bpe();
        ObjectNode json = SmallTokenizers.bpe(MERGES);
        Path other = folder.resolve("other");
        assertThat(other.toFile().mkdir()).isTrue();
        SmallTokenizers.write(other, "vocab.json", json.at("/model/vocab"));
        SmallTokenizers.write(other, "merges.txt", "#version: 0.2\n" + String.join("\r\n", MERGES) + "\n\n");
        SmallTokenizers.write(other, "added_tokens.json", "{\"<|end|>\": 260, \"<|image_pad|>\": 261}");
        Tokenizer parts = Tokenizers.load(other, TokenizerKind.BPE);
        for (String text : List.of("ab ab cc <|end|>x", "  ab\n\n 12 İ'S don't", "你好 <|image_pad|>", "")) {
            assertThat(parts.encode(text, true)).isEqualTo(whole.encode(text, true));
        }
        SmallTokenizers.write(other, "tokenizer_config.json", """
                {"added_tokens_decoder": {"260": {"content": "<|end|>", "special": true}, "261": {"content": "<|image_pad|>"}},
                 "pad_token": "<|end|>"}""");
        Tokenizer configured = Tokenizers.load(other.resolve("vocab.json"), TokenizerKind.BPE);
        assertThat(configured.padId()).isEqualTo(END);
        assertThat(configured.id("<|image_pad|>")).hasValue(IMAGE);
    }

    @Test
    void mergesAreReadWhereverTheyStandAndHoweverTheyAreWritten() {
        ObjectNode json = SmallTokenizers.bpe(MERGES);
        ObjectNode model = (ObjectNode) json.get("model");
        ArrayNode pairs = SmallTokenizers.JSON.createArrayNode();
        for (String merge : MERGES) {
            pairs.addArray().add(merge.split(" ")[0]).add(merge.split(" ")[1]);
        }
        ObjectNode turned = SmallTokenizers.JSON.createObjectNode();
        turned.set("merges", pairs);
        turned.set("vocab", model.get("vocab"));
        json.set("model", turned);
        SmallTokenizers.write(folder, "tokenizer.json", json);
        assertThat(Tokenizers.load(folder, TokenizerKind.BPE).encode("ab abab", true)).containsExactly(AB, SPACE_AB, AB);
    }

    @Test
    void clipLowersSplitsAndEndsWords() {
        Tokenizer t = clip();
        int ab = 512;
        int start = t.id("<|startoftext|>").orElseThrow();
        int end = t.id("<|endoftext|>").orElseThrow();
        assertThat(t.encode("AB \n\t aB", true)).containsExactly(start, ab, ab, end);
        assertThat(t.encode("a", true)).containsExactly(start, 256 + 'a', end);
        assertThat(t.encode("ab1", false)).containsExactly(ab, 256 + '1');
        assertThat(t.encode("ab<|ENDOFTEXT|>", false)).containsExactly(ab, end);
        assertThat(t.encode(MarkedText.literal("<|endoftext|>"), false)).doesNotContain(end);
        assertThat(t.encode("", 5, true)).containsExactly(start, end, end, end, end);
        assertThat(t.encode("ab ab ab ab", 4, true)).containsExactly(start, ab, ab, end);
        assertThat(t.decode(t.encode("AB, a", true), true)).isEqualTo("ab , a");
    }

    @Test
    void t5ReadsEitherFileAlike() {
        byte[] charMap = SmallTokenizers.charMap(Map.of("\n", " ", "Ａ", "a"));
        Tokenizer json = t5();
        SmallTokenizers.write(folder, "spiece.model", SmallTokenizers.spiece(charMap));
        Tokenizer spiece = Tokenizers.load(folder.resolve("spiece.model"), TokenizerKind.T5);
        for (String text : List.of("ab", "a  b", "ab zz b", "日本a", " a", "Ａb\n", "", "  ", "a</s>b", "\u2581a")) {
            assertThat(spiece.encode(text, true)).as(text).isEqualTo(json.encode(text, true));
        }
        assertThat(json.encode("a  b", true)).containsExactly(4, 3, 6, 1);
        assertThat(json.encode("Ａb\n", true)).containsExactly(8, 1);
        assertThat(json.encode("", true)).containsExactly(1);
        assertThat(json.encode("a</s>b", false)).containsExactly(4, 1, 3, 6);
        assertThat(json.decode(new int[] {8, 4, 1}, true)).isEqualTo("ab a");
        assertThat(spiece.padId()).isZero();
        assertThat(spiece.id("<extra_id_99>")).hasValue(10);
        assertThat(spiece.id("<extra_id_0>")).hasValue(109);
        assertThat(spiece.encode("a<extra_id_0>", true)).containsExactly(4, 109, 1);
    }

    @Test
    void literalTextForT5HoldsNoEndOfText() {
        assertThat(t5().encode(MarkedText.literal("a</s>"), true)).containsExactly(4, 2, 1);
    }

    @Test
    void addedTokensTakeSpacesAndWordsAsTheirFlagsSay() {
        ObjectNode json = SmallTokenizers.bpe("a b");
        ArrayNode added = (ArrayNode) json.get("added_tokens");
        added.addObject().put("id", 300).put("content", "<l>").put("lstrip", true).put("normalized", false);
        added.addObject().put("id", 301).put("content", "<r>").put("rstrip", true).put("normalized", false);
        added.addObject().put("id", 302).put("content", "cd").put("single_word", true).put("normalized", false);
        added.addObject().put("id", 303).put("content", "<l><r>").put("normalized", false);
        SmallTokenizers.write(folder, "tokenizer.json", json);
        Tokenizer t = Tokenizers.load(folder, TokenizerKind.BPE);
        assertThat(t.encode("x  <l> y", false)).containsExactly('x', 300, ' ', 'y');
        assertThat(t.encode("x <r>  y", false)).containsExactly('x', ' ', 301, 'y');
        assertThat(t.encode("cd xcd cd", false)).containsExactly(302, ' ', 'x', 'c', 'd', ' ', 302);
        assertThat(t.encode("<l><r>", false)).containsExactly(303);
        assertThat(t.decode(new int[] {300, AB}, true)).isEqualTo("<l>ab");
    }

    @Test
    void aFolderWithoutATokenizerSaysWhatWasExpected() {
        assertThatThrownBy(() -> Tokenizers.load(folder, TokenizerKind.CLIP)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(folder.toString()).hasMessageContaining("vocab.json and merges.txt");
        assertThatThrownBy(() -> Tokenizers.load(folder.resolve("none"), TokenizerKind.T5)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("no such file or folder").hasMessageContaining("spiece.model");
        SmallTokenizers.write(folder, "vocab.json", SmallTokenizers.byteVocabulary(""));
        assertThatThrownBy(() -> Tokenizers.load(folder, TokenizerKind.BPE)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("merges.txt").hasMessageContaining("there is no such file");
        SmallTokenizers.write(folder, "weights.bin", "x".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> Tokenizers.load(folder.resolve("weights.bin"), TokenizerKind.BPE)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("not a tokenizer of kind BPE");
    }
}
