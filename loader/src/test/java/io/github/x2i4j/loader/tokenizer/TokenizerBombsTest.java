package io.github.x2i4j.loader.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.hostile.BigFile;
import io.github.x2i4j.loader.hostile.Hostile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tokenizer files that would fill memory or never end, against a heap of 256 MB. */
@Hostile
class TokenizerBombsTest {
    private static final String BPE = SmallTokenizers.bpe("a b", "ab c").toString();

    @TempDir
    Path folder;

    static Stream<Arguments> bombs() {
        IntFunction<String> tokens = i -> "\"" + Integer.toString(i, 36) + "\":" + i + ",";
        IntFunction<String> longTokens = i -> "\"" + "t".repeat(4_000) + i + "\":" + i + ",";
        IntFunction<String> pieces = i -> "[\"" + Integer.toString(i, 36) + "\",-1],";
        IntFunction<String> added = i -> "{\"id\":" + (i + 1) + ",\"content\":\"" + "c".repeat(1_000) + i + "\"},";
        return Stream.of(
                arguments("{\"model\":{\"vocab\":{", tokens, 1_100_000, "\"!\":2000000}}}", "model.vocab: has more than 1048576 tokens"),
                arguments("{\"model\":{\"vocab\":{", longTokens, 2_000, "\"!\":2000000}}}", "or 4194304 characters"),
                arguments("{\"model\":{\"vocab\":[", pieces, 1_100_000, "[\"!\",0]]}}", "model.vocab: has more than 1048576 tokens"),
                arguments("{\"model\":{\"vocab\":{\"a\":0},\"x\":[", (IntFunction<String>) _ -> "0,", 9_000_000, "0]}}", "Token count"),
                arguments("{\"added_tokens\":[", (IntFunction<String>) _ -> "[],", 4_000_000, "[]]}", "a part of more than 500000 tokens"),
                arguments("{\"normalizer\":{", (IntFunction<String>) i -> "\"" + i + "\":0,", 400_000, "\"z\":0}}", "a part of more than 500000 tokens"),
                arguments("{\"normalizer\":{", (IntFunction<String>) _ -> "\"type\":\"NFC\",", 2, "\"z\":0}}", "Duplicate field"),
                arguments("{\"model\":{\"vocab\":{\"a\":0},\"merges\":[]},\"added_tokens\":[", added, 2_000, "{\"id\":9000000,\"content\":\"z\"}]}",
                        "the added tokens have more than 1048576 characters"),
                arguments("{\"model\":{\"vocab\":{\"", (IntFunction<String>) _ -> "a".repeat(1000), 60_000, "\":0}}}", "Name length"),
                arguments("{\"decoder\":{\"type\":\"", (IntFunction<String>) _ -> "a".repeat(1000), 60_000, "\"}}", "String value length"),
                arguments("{\"x\":", (IntFunction<String>) _ -> "[".repeat(1000), 60_000, "", "nesting depth"),
                arguments("{\"x\":", (IntFunction<String>) _ -> " ".repeat(1000), 70_000, "1}", "expected at most 67108864"));
    }

    @ParameterizedTest
    @MethodSource("bombs")
    void aTokenizerOfCountlessPartsIsRefusedWithLittleMemory(String before, IntFunction<String> part, int n, String after, String expected)
            throws IOException {
        Path file = BigFile.of(folder.resolve("tokenizer.json"), before, part, n, after);
        assertThatThrownBy(() -> Tokenizers.load(folder, TokenizerKind.BPE)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(file + ": ").hasMessageContaining(expected);
    }

    @Test
    void mergesWithoutEndAreRefused() throws IOException {
        StringBuilder vocab = new StringBuilder("{\"\":");
        int id = 0;
        vocab.append(id);
        for (int a = 0; a < 1_100; a++) {
            vocab.append(",\"").append((char) (0x4e00 + a)).append("\":").append(++id);
        }
        Files.writeString(folder.resolve("vocab.json"), vocab.append(",\"ab\":5000}"));
        Files.writeString(folder.resolve("merges.txt"), "\u4e00 \u4e01\n");
        assertThatThrownBy(() -> Tokenizers.load(folder, TokenizerKind.BPE)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageContaining("merges.txt: merges[0]: the merge needs the token");
        BigFile.repeated(folder.resolve("merges.txt"), "", "x", 17 << 20, "");
        assertThatThrownBy(() -> Tokenizers.load(folder, TokenizerKind.BPE)).hasMessageContaining("merges.txt: has 17825792 bytes, expected at most");
        BigFile.repeated(folder.resolve("merges.txt"), "", "x", 15 << 20, "");
        assertThatThrownBy(() -> Tokenizers.load(folder, TokenizerKind.BPE)).hasMessageContaining("merges.txt: merges[0]: \"xxx");
        Files.write(folder.resolve("merges.txt"), new byte[] {'a', ' ', 'b', '\n', (byte) 0xC0, (byte) 0x80});
        assertThatThrownBy(() -> Tokenizers.load(folder, TokenizerKind.BPE)).hasMessageContaining("merges.txt: not UTF-8 at byte 4");
    }

    @Test
    void aTemplateThatRepeatsItsTokensIsRefused() {
        String ids = "0" + ",0".repeat(100_000);
        String single = "{\"SpecialToken\":{\"id\":\"x\"}},".repeat(10_000);
        SmallTokenizers.write(folder, "tokenizer.json", BPE.replace("\"decoder\"", "\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":["
                + single + "{\"Sequence\":{}}],\"special_tokens\":{\"x\":{\"ids\":[" + ids + "]}}},\"decoder\""));
        assertThatThrownBy(() -> Tokenizers.load(folder, TokenizerKind.BPE)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageContaining("post_processor.single puts more than 1024 tokens around a text");
    }

    @Test
    void normalizersThatDoubleATextAgainAndAgainAreStopped() {
        String twice = "{\"type\":\"Replace\",\"pattern\":{\"String\":\"a\"},\"content\":\"aa\"},";
        SmallTokenizers.write(folder, "tokenizer.json", BPE.replace("{\"type\":\"NFC\"}", "{\"type\":\"Sequence\",\"normalizers\":["
                + twice.repeat(200) + "{\"type\":\"NFC\"}]}"));
        Tokenizer t = Tokenizers.load(folder, TokenizerKind.BPE);
        assertThatThrownBy(() -> t.encode("a".repeat(1000), false)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageContaining("the tokenizer makes of a text of 1000 characters one of");
        SmallTokenizers.write(folder, "tokenizer.json", BPE.replace("{\"type\":\"NFC\"}",
                "{\"type\":\"Replace\",\"pattern\":{\"String\":\"a\"},\"content\":\"" + "b".repeat(1_000_000) + "\"}"));
        Tokenizer wide = Tokenizers.load(folder, TokenizerKind.BPE);
        assertThatThrownBy(() -> wide.encode("a".repeat(1000), false)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageContaining("its normalizer is damaged");
    }

    @Test
    void mergesThatMakeEachOtherEndAndLeaveOneToken() {
        // "a b" makes "ab", which with the next "a" makes "aba", and so on around: each join shortens the text
        SmallTokenizers.write(folder, "tokenizer.json", SmallTokenizers.bpe("a b", "b a", "ab a", "ba b", "aba b", "abab ab", "ababab ababab"));
        Tokenizer t = Tokenizers.load(folder, TokenizerKind.BPE);
        assertThat(t.encode("ab".repeat(20_000), false).length).isBetween(1, 20_000);
    }

    @Test
    void spieceModelsOfCountlessPiecesOrFarReplacementsAreRefused() throws IOException {
        Path file = folder.resolve("spiece.model");
        byte[] piece = {0x0a, 2, 0x0a, 0};
        BigFile.repeated(file, new byte[0], piece, 3_000_000, new byte[0]);
        assertThatThrownBy(() -> Tokenizers.load(file, TokenizerKind.T5)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(file + ": pieces: token").hasMessageContaining("stands twice");
        Files.write(file, new byte[] {0x0a, 127, 0x0a, 0});
        assertThatThrownBy(() -> Tokenizers.load(file, TokenizerKind.T5)).hasMessageContaining("a field of 127 bytes where 2 are left at byte 2");
        Files.write(file, new byte[] {0x0a, 4, 0x0a, 9, 'a', 'b'});
        assertThatThrownBy(() -> Tokenizers.load(file, TokenizerKind.T5)).hasMessageContaining("a field of 9 bytes where 2 are left at byte 4");
        byte[] map = SmallTokenizers.charMap(Map.of("\n", "x".repeat(100_000)));
        SmallTokenizers.write(folder, "spiece.model", SmallTokenizers.spiece(map));
        Tokenizer far = Tokenizers.load(file, TokenizerKind.T5);
        assertThatThrownBy(() -> far.encode("\n".repeat(100_000), false)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageContaining("where none of at most 512 bytes stands");
    }
}
