package io.github.x2i4j.loader.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.engine.X2iException;
import io.github.x2i4j.loader.hostile.Hostile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that lie or are broken: one clear error each, naming file and field. */
@Hostile
class HostileTokenizerFilesTest {
    private static final String GOOD = SmallTokenizers.bpe("a b", "ab c").toString();

    @TempDir
    private Path folder;

    private void assertRefused(String json, String... said) {
        SmallTokenizers.write(folder, "tokenizer.json", json);
        assertThatThrownBy(() -> Tokenizers.load(folder, TokenizerKind.BPE)).isInstanceOf(X2iException.class)
                .hasMessageContaining("tokenizer.json").satisfies(e -> {
                    assertThat(e.getMessage()).doesNotContain("\n");
                    for (String s : said) {
                        assertThat(e.getMessage()).contains(s);
                    }
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', value = {
        "\"a\":97 ~ \"a\":98 ~ both have id 98",
        "\"a\":97 ~ \"a\":2147483648 ~ vocab.\"a\" is not an id",
        "\"a\":97 ~ \"a\":99999999999999999999 ~ vocab.\"a\" is not an id",
        "\"a\":97 ~ \"a\":-1 ~ vocab.\"a\" is not an id",
        "\"a\":97 ~ \"a\":9.5 ~ vocab.\"a\" is not an id",
        "\"a\":97 ~ \"a\":\"97\" ~ vocab.\"a\" is not an id",
        "\"a\":97 ~ \"a\":null ~ vocab.\"a\" is not an id",
        "\"a\":97 ~ \"a\":97,\"a\":500 ~ \"a\" stands twice",
        "\"a\":97 ~ \"zz\":98 ~ both have id 98",
        "\"a\":97, ~ `` ~ model.merges[0]: the merge needs the token \"a\"",
        "\"ab\":256 ~ \"xy\":256 ~ model.merges[0]: the merge needs the token \"ab\"",
        "\"a b\" ~ \"a b\",\"a b\" ~ model.merges[1]: the merge \"a b\" stands twice",
        "\"a b\" ~ \"ab\" ~ is not two tokens with a space between",
        "\"a b\" ~ 5 ~ model.merges[0] is not a pair of tokens",
        "\"a b\" ~ [\"a\"] ~ model.merges[0] is not a pair of tokens",
        "\"a b\" ~ [\"a\",\"b\",\"c\"] ~ model.merges[0] is not a pair of tokens",
        "\"id\":258 ~ \"id\":97 ~ id 97 for \"a\", the added token \"<|end|>\" has id 97",
        "\"id\":258 ~ \"id\":4294967296 ~ added_tokens[0].id is 4294967296",
        "\"id\":258 ~ \"id\":259 ~ contradict each other",
        "\"content\":\"<|end|>\" ~ \"content\":\"a\" ~ has \"a\" with id 97, the added token \"a\" has id 258",
        "\"content\":\"<|end|>\" ~ \"content\":7 ~ added_tokens[0].content is not a string",
        "\"special\":true ~ \"special\":\"yes\" ~ added_tokens[0].special is not true or false",
        "{\"type\":\"NFC\"} ~ {\"type\":\"Magic\"} ~ normalizer.type \"Magic\"",
        "{\"type\":\"NFC\"} ~ {\"type\":5} ~ normalizer.type is not a string",
        "{\"type\":\"NFC\"} ~ {\"type\":\"Sequence\"} ~ normalizer.normalizers is not a list",
        "{\"type\":\"NFC\"} ~ {\"type\":\"Precompiled\",\"precompiled_charsmap\":\"?\"} ~ normalizer.precompiled_charsmap is not base64",
        "{\"type\":\"NFC\"} ~ {\"type\":\"Precompiled\",\"precompiled_charsmap\":\"AAAA\"} ~ normalizer.precompiled_charsmap: the character map",
        "{\"type\":\"NFC\"} ~ {\"type\":\"Replace\",\"content\":\"\",\"pattern\":{\"Regex\":\"(\"}} ~ normalizer.pattern: not a regular expression",
        "\"behavior\":\"Isolated\" ~ \"behavior\":\"Odd\" ~ pre_tokenizer.pretokenizers[0].behavior Odd",
        "\"Regex\" ~ \"Magic\" ~ pre_tokenizer.pretokenizers[0].pattern is neither",
        "\"type\":\"ByteLevel\" ~ \"type\":\"WhitespaceSplit\" ~ only byte-level BPE is read",
        "\"type\":\"BPE\" ~ \"type\":\"WordPiece\" ~ model.type \"WordPiece\" is not read",
        "\"type\":\"BPE\" ~ \"type\":\"BPE\",\"byte_fallback\":true ~ model.byte_fallback is not read",
        "\"merges\" ~ \"nothing\" ~ model.merges is missing",
        "\"vocab\" ~ \"nothing\" ~ model.vocab is missing",
        "\"model\" ~ \"nothing\" ~ model.vocab is missing",
        "\"vocab\":{ ~ \"vocab\":{\"\":300}, \"vocab\":{ ~ model.vocab stands twice",
        "\"added_tokens\":[ ~ \"added_tokens\":{}, \"nothing\":[ ~ added_tokens is not a list",
        "{\"added_tokens\" ~ [{\"added_tokens\" ~ the file is not an object",
        "\"added_tokens\":[ ~ \"added_tokens\":[], \"added_tokens\":[ ~ added_tokens stands twice"})
    void eachLieIsNamed(String from, String to, String said) {
        assertThat(GOOD).contains(from);
        assertRefused(GOOD.replaceFirst(java.util.regex.Pattern.quote(from), java.util.regex.Matcher.quoteReplacement(to)), said);
    }

    @Test
    void truncatedAndForeignFilesAreErrors() {
        for (int length = 0; length < GOOD.length(); length += 101) {
            assertRefused(GOOD.substring(0, length));
        }
        assertRefused(GOOD + "x", "not valid JSON");
        assertRefused(GOOD + "{}", "goes on after the end");
        assertRefused("[".repeat(100_000), "tokenizer.json");
        assertRefused("{\"normalizer\":" + "{\"type\":\"Sequence\",\"normalizers\":[".repeat(20_000));
        SmallTokenizers.write(folder, "tokenizer.json", new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'});
        assertThatThrownBy(() -> Tokenizers.load(folder, TokenizerKind.BPE)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("not UTF-8");
    }

    @Test
    void manySmallValuesFillNoMemory() {
        assertRefused("{\"added_tokens\":[" + "[],".repeat(4_000_000) + "[]]}", "not valid JSON");
    }

    @Test
    void unigramFilesAreCheckedToo() {
        String good = SmallTokenizers.t5(SmallTokenizers.charMap(Map.of("\n", " "))).toString();
        assertRefused(good.replace("[\"a\",-4.0]", "[\"a\"]"), "model.vocab[5] is not a pair of a piece and a score");
        assertRefused(good.replace("[\"a\",-4.0]", "[\"a\",\"x\"]"), "model.vocab[5]");
        assertRefused(good.replace("[\"a\",-4.0]", "[\"a\",-4.0,1]"), "model.vocab[5]");
        assertRefused(good.replace("[\"a\",-4.0]", "[5,-4.0]"), "model.vocab[5]");
        assertRefused(good.replace("[\"a\",-4.0]", "[\"a\",1e999]"), "model.vocab[5]: the score is Infinity");
        assertRefused(good.replace("[\"a\",-4.0]", "[\"b\",-4.0]"), "\"b\" stands twice");
        assertRefused(good.replace("\"unk_id\":2", "\"unk_id\":99"), "unknown token is 99");
        assertRefused(good.replace("\"unk_id\":2", "\"unk_id\":null"), "unknown token is -1");
        assertRefused(good.replace("\"type\":\"Unigram\"", "\"type\":\"BPE\""), "model.type is BPE");
        assertRefused(good.replace("{\"Sequence\":{\"id\":\"A\"}},", ""), "post_processor.single has no place for the text");
        assertRefused(good.replace("\"ids\":[1]", "\"ids\":1"), "post_processor.single names a token without ids");
        assertRefused(good.replace("\"prepend_scheme\":\"always\"", "\"prepend_scheme\":\"often\""), "prepend_scheme is none of");
        assertRefused(good.replace("\"replacement\":\"\u2581\"", "\"replacement\":\"\""), "replacement is not one character");
    }

    @Test
    void sentencePieceFilesCutAnywhereAreErrorsOrWhole() {
        byte[] good = SmallTokenizers.spiece(SmallTokenizers.charMap(Map.of("\n", " ")));
        Path file = folder.resolve("spiece.model");
        for (int length = 0; length < good.length; length += length < 300 ? 1 : 1_001) {
            SmallTokenizers.write(folder, "spiece.model", Arrays.copyOf(good, length));
            try {
                // cut between two pieces it is a smaller model
                Tokenizers.load(file, TokenizerKind.T5).encode("ab", true);
            } catch (InvalidInputException e) {
                assertThat(e).hasMessageContaining("spiece.model");
            }
        }
        Random random = new Random(1);
        for (int round = 0; round < 250; round++) {
            byte[] bad = good.clone();
            for (int i = 0; i < 3; i++) {
                bad[random.nextInt(round % 2 == 0 ? 200 : bad.length)] = (byte) random.nextInt();
            }
            SmallTokenizers.write(folder, "spiece.model", bad);
            try {
                Tokenizers.load(file, TokenizerKind.T5).encode("ab\n", true);
            } catch (InvalidInputException | UnsupportedFeatureException e) {
                assertThat(e).hasMessageContaining("spiece.model");
            }
        }
        SmallTokenizers.write(folder, "spiece.model", "version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> Tokenizers.load(file, TokenizerKind.T5)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("not a whole SentencePiece model");
    }

    @Test
    void filesBesideTheTokenizerAreChecked() {
        SmallTokenizers.write(folder, "tokenizer.json", GOOD);
        for (String[] bad : new String[][] {{"[]", "expected a JSON object"}, {"{\"pad_token\": 5}", "pad_token.content is not a string"},
            {"{\"added_tokens_decoder\": {\"x\": {\"content\": \"a\"}}}", "added_tokens_decoder.x is not an id"},
            {"{\"extra_ids\": 2000000000}", "extra_ids is 2000000000"}, {"{", "not valid JSON"}}) {
            SmallTokenizers.write(folder, "tokenizer_config.json", bad[0]);
            assertThatThrownBy(() -> Tokenizers.load(folder, TokenizerKind.BPE)).as(bad[0]).isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("tokenizer_config.json").hasMessageContaining(bad[1]);
        }
        SmallTokenizers.write(folder, "tokenizer_config.json", "{\"added_tokens_decoder\": {\"97\": {\"content\": \"zz\"}}}");
        assertThatThrownBy(() -> Tokenizers.load(folder, TokenizerKind.BPE)).hasMessageContaining("\"zz\" has id 97");
    }
}
