package io.github.x2i4j.loader.weights;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.hostile.BigFile;
import io.github.x2i4j.loader.hostile.Hostile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Indexes and configurations of countless parts, against a heap of 256 MB. */
@Hostile
class IndexBombsTest {
    @TempDir
    Path folder;

    static Stream<Arguments> indexes() {
        return Stream.of(
                arguments("{\"weight_map\":{", "\"k\":\"a\",", 2_500_000, "\"k\":\"a\"}}", "tensor k stands twice in weight_map (byte 2"),
                arguments("{\"weight_map\":{", "\"k\":\"a\",", 10_000_000, "\"k\":\"a\"}}", "expected at most 33554432"),
                arguments("{\"x\":{", "\"k\":1,", 5_000_000, "\"k\":1}}", "Token count"),
                arguments("{\"metadata\":{", "\"k\":1,", 5_000_000, "\"k\":1}}", "Token count"),
                arguments("{\"weight_map\":", "[", 30_000_000, "", "field weight_map is no object (byte 14)"),
                arguments("{\"metadata\":{\"x\":", "[", 30_000_000, "", "nesting depth"),
                arguments("{\"weight_map\":{\"", "k", 30_000_000, "\":\"a\"}}", "Name length"),
                arguments("{\"weight_map\":{\"a\":\"", "k", 30_000_000, "\"}}", "String value length"),
                arguments("{\"metadata\":{\"total_size\":", "9", 30_000_000, "}}", "String value length"),
                arguments("{\"weight_map\":{}}", "{}", 1, "", "goes on after its closing brace (byte 17)"),
                arguments("{\"weight_map\":{},", "\"weight_map\":{},", 1, "\"x\":1}", "field weight_map stands twice (byte 17)"),
                arguments("{\"weight_map\":{\"a\":\"x\"", "", 1, "", "not valid JSON at byte"),
                arguments("[", "1", 1, "]", "is no JSON object"),
                arguments("\uFEFF{", "", 1, "}", "byte order mark at offset 0"),
                arguments("{\"a\": \"b", "\0", 1, "\"}", "zero byte at offset 8"));
    }

    @ParameterizedTest
    @MethodSource("indexes")
    void anIndexOfCountlessPartsIsRefusedWithLittleMemory(String before, String part, int n, String after, String expected) throws IOException {
        Path file = BigFile.repeated(folder.resolve("model.safetensors.index.json"), before, part.isEmpty() ? " " : part, n, after);
        assertThatThrownBy(() -> Checkpoints.open(folder)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(file + ": ").hasMessageContaining(expected);
    }

    @ParameterizedTest
    @MethodSource("indexes")
    void aConfigOfCountlessPartsIsRefusedWithLittleMemory(String before, String part, int n, String after) throws IOException {
        Path file = BigFile.repeated(folder.resolve("config.json"), before, part.isEmpty() ? " " : part, Math.min(n, 12_000_000 / Math.max(1,
                part.length())), after);
        assertThatThrownBy(() -> Config.read(file).object("weight_map").text("k")).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(file + ": ");
    }

    @org.junit.jupiter.api.Test
    void anIndexOfMoreTensorsThanAnyModelHasIsRefused() throws IOException {
        IntFunction<String> entries = i -> "\"" + i + "\":\"x\",";
        Path file = BigFile.of(folder.resolve("model.safetensors.index.json"), "{\"weight_map\":{", entries, 300_000, "\"z\":\"x\"}}");
        assertThatThrownBy(() -> Checkpoints.open(folder)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(file + ": weight_map names more than 262144 tensors (byte ");
    }
}
