package io.github.x2i4j.loader.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.hostile.BigFile;
import io.github.x2i4j.loader.hostile.Hostile;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.Checkpoints;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Headers of up to the 100 MB that the format allows, against a heap of 256 MB. */
@Hostile
class HeaderBombsTest {
    private static final String LENGTH = "12345678";
    private static final String EMPTY = "{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}";

    @TempDir
    Path folder;

    private static String name(int i, int length) {
        String number = Integer.toString(i, 36);
        return "\u2192".repeat(length - number.length()) + number;
    }

    /** Text before, a part (as text or by its number), how often, text after, what the error must name. */
    static Stream<Arguments> bombs() {
        IntFunction<String> tensors = i -> "\"" + i + "\":" + EMPTY + ",";
        IntFunction<String> longNames = i -> "\"" + i + "n".repeat(45_000) + "\":" + EMPTY + ",";
        return Stream.of(
                arguments("{\"a\":{\"x\":{", "\"k\":0,", 10_000_000, "\"k\":0}}}", "Token count"),
                arguments("{\"a\":{", "\"k\":0,", 10_000_000, "\"k\":0}}", "Token count"),
                arguments("{", tensors, 262_145, "\"z\":" + EMPTY + "}", "names more than 262144 tensors"),
                arguments("{", longNames, 2_000, "\"z\":" + EMPTY + "}", "have more than 33554432 characters"),
                arguments("{\"__metadata__\":{", (IntFunction<String>) i -> "\"" + i + "\":\"\",", 262_145, "\"z\":\"\"}}", "more than 262144 entries"),
                arguments("{\"__metadata__\":{\"a\":\"", "m", 90_000_000, "\"}}", "String value length"),
                arguments("{\"", "m", 90_000_000, "\":" + EMPTY + "}", "Name length"),
                arguments("{\"a\":{\"dtype\":\"", "F", 90_000_000, "\"}}", "String value length"),
                arguments("{\"a\":{\"shape\":[", "9", 90_000_000, "]}}", "String value length"),
                arguments("{\"a\":{\"shape\":[1.", "9", 90_000_000, "]}}", "String value length"),
                arguments("{\"a\":{\"shape\":[", "0,", 45_000_000, "0]}}", "shape has more than 16 numbers"),
                arguments("{\"a\":{\"x\":[", "0,", 45_000_000, "0]}}", "Token count"),
                arguments("{\"a\":{\"x\":", "[", 90_000_000, "", "nesting depth (101)"),
                arguments("{\"a\":", "{\"a\":", 15_000_000, "", "nesting depth (101)"),
                arguments("{\"a\"", " ", 90_000_000, "", "Unexpected end-of-input"),
                arguments("{\"a\":\"", "\\u0041", 15_000_000, "", "tensor a is a string"),
                arguments("{\"__metadata__\":{\"a\":\"", "\\u0041", 15_000_000, "", "Unexpected end-of-input"));
    }

    @ParameterizedTest
    @MethodSource("bombs")
    void aHeaderOfCountlessPartsIsRefusedWithLittleMemory(String before, Object part, int n, String after, String expected) throws IOException {
        @SuppressWarnings("unchecked") // the table has texts and functions that make them
        Path file = BigFile.asHeader(part instanceof String same
                ? BigFile.repeated(folder.resolve("bomb.safetensors"), LENGTH + before, same, n, after)
                : BigFile.of(folder.resolve("bomb.safetensors"), LENGTH + before, (IntFunction<String>) part, n, after));
        assertThatThrownBy(() -> Checkpoints.open(file)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(file + ": ").hasMessageContaining(expected).hasMessageMatching("(?s).*\\bbyte \\d+.*")
                .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(1000));
    }

    /** As large as is allowed. */
    static Stream<Arguments> giants() {
        String deep = "{\"dtype\":\"F32\",\"shape\":[0" + ",1".repeat(15) + "],\"data_offsets\":[0,0]}";
        return Stream.of(
                arguments("{", (IntFunction<String>) i -> "\"" + name(i, 100) + "\":" + deep + ",", 262_143, "\"z\":" + EMPTY + "}", 262_144),
                arguments("{\"z\":" + EMPTY, (IntFunction<String>) _ -> " ".repeat(900), 100_000, "}", 1),
                arguments("{\"__metadata__\":{\"a\":\"", (IntFunction<String>) _ -> "m".repeat(1000), 16_000, "\"}}", 0));
    }

    @ParameterizedTest
    @MethodSource("giants")
    void aHeaderAsLargeAsAllowedOpens(String before, IntFunction<String> part, int n, String after, int tensors) throws IOException {
        Path file = BigFile.asHeader(BigFile.of(folder.resolve("giant.safetensors"), LENGTH + before, part, n, after));
        try (Checkpoint c = Checkpoints.open(file)) {
            assertThat(c.tensors()).hasSize(tensors);
        }
    }
}
