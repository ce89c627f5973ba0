package io.github.x2i4j.loader.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.x2i4j.engine.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigTest {
    private static final Path FILE = Path.of("model", "config.json");
    private static final String JSON = """
            {"layers": 3, "theta": 1e6, "eps": 1e-5, "tied": true, "act": "silu", "axes": [16, 56, 56], "scales": [1, 0.5],
             "nothing": null, "vision": {"depth": 32, "extra": 1}, "names": ["a", "b"], "big": 3000000000, "huge": 1e999,
             "longest": 123456789012345678901234567890, "negative": -1, "half": 1.5, "mixed": [1, "x"], "list": [{"n": 1}, {}]}""";

    @TempDir
    Path folder;

    @Test
    void fieldsAreReadByType() {
        Config c = Config.parse(FILE, JSON);
        assertThat(c.integer("layers")).isEqualTo(3);
        assertThat(c.number("theta")).isEqualTo(1e6);
        assertThat(c.number("layers")).isEqualTo(3);
        assertThat(c.positiveNumber("eps")).isEqualTo(1e-5);
        assertThat(c.flag("tied")).isTrue();
        assertThat(c.text("act")).isEqualTo("silu");
        assertThat(c.oneOf("act", "gelu", "silu")).isEqualTo("silu");
        assertThat(c.integers("axes")).containsExactly(16, 56, 56);
        assertThat(c.numbers("scales")).containsExactly(1, 0.5);
        assertThat(c.texts("names")).containsExactly("a", "b");
        assertThat(c.object("vision").integer("depth")).isEqualTo(32);
        assertThat(c.objects("list")).hasSize(2);
        assertThat(c.number("longest")).isEqualTo(123456789012345678901234567890.0);
        assertThat(c.file()).isEqualTo(FILE);
        assertThat(c.fields()).startsWith("layers", "theta").hasSize(17);
    }

    @Test
    void absentFieldsAndNullsTakeTheDefault() {
        Config c = Config.parse(FILE, JSON);
        for (String field : List.of("absent", "nothing")) {
            assertThat(c.has(field)).isFalse();
            assertThat(c.integer(field, 7)).isEqualTo(7);
            assertThat(c.positive(field, 7)).isEqualTo(7);
            assertThat(c.number(field, 0.5)).isEqualTo(0.5);
            assertThat(c.positiveNumber(field, 0.5)).isEqualTo(0.5);
            assertThat(c.flag(field, true)).isTrue();
            assertThat(c.text(field, "x")).isEqualTo("x");
            assertThat(c.integers(field, new int[] {1})).containsExactly(1);
            assertThat(c.numbers(field, new double[] {1})).containsExactly(1);
            assertThat(c.texts(field, List.of())).isEmpty();
            assertThat(c.objectOrNull(field)).isNull();
        }
        assertThat(c.integer("layers", 7)).isEqualTo(3);
    }

    static Stream<Arguments> wrongFields() {
        return Stream.of(
                wrong(c -> c.integer("absent"), "field absent is missing"),
                wrong(c -> c.text("nothing"), "field nothing is missing"),
                wrong(c -> c.object("vision").integer("heads"), "field vision.heads is missing"),
                wrong(c -> c.objects("list").get(1).integer("n"), "field list[1].n is missing"),
                wrong(c -> c.integer("act"), "field act is \"silu\", expected a whole number"),
                wrong(c -> c.integer("half"), "field half is 1.5, expected a whole number"),
                wrong(c -> c.integer("act", 3), "field act is \"silu\", expected a whole number"),
                wrong(c -> c.integer("big"), "field big is 3000000000, which is out of range"),
                wrong(c -> c.integer("longest"), "which is out of range"),
                wrong(c -> c.number("huge"), "field huge is out of range"),
                wrong(c -> c.number("tied"), "field tied is true, expected a number"),
                wrong(c -> c.flag("layers"), "field layers is 3, expected true or false"),
                wrong(c -> c.text("layers"), "field layers is 3, expected a string"),
                wrong(c -> c.text("vision"), "field vision is an object, expected a string"),
                wrong(c -> c.oneOf("act", "gelu", "relu"), "field act is \"silu\", expected one of gelu, relu"),
                wrong(c -> c.integers("scales"), "field scales[1] is 0.5, expected a whole number"),
                wrong(c -> c.integers("layers"), "field layers is 3, expected a list"),
                wrong(c -> c.numbers("mixed"), "field mixed[1] is \"x\", expected a number"),
                wrong(c -> c.texts("mixed"), "field mixed[0] is 1, expected a string"),
                wrong(c -> c.object("axes"), "field axes is a list, expected an object"),
                wrong(c -> c.objects("axes"), "field axes[0] is 16, expected an object"),
                wrong(c -> c.positive("negative"), "field negative is -1, expected at least 1"),
                wrong(c -> c.atLeast(4, "layers"), "field layers is 3, expected at least 4"),
                wrong(c -> c.positiveNumber("negative"), "field negative is -1.0, expected a number above 0"));
    }

    private static Arguments wrong(Consumer<Config> read, String expected) {
        return arguments(read, expected);
    }

    @ParameterizedTest
    @MethodSource("wrongFields")
    void aWrongFieldIsNamedWithItsFile(Consumer<Config> read, String expected) {
        Config c = Config.parse(FILE, JSON);
        assertThatThrownBy(() -> read.accept(c)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(FILE + ": ").hasMessageContaining(expected);
    }

    static Stream<Arguments> wrongFiles() {
        return Stream.of(
                arguments("", "expected a JSON object, found nothing"),
                arguments("[1]", "expected a JSON object, found array"),
                arguments("null", "expected a JSON object, found null"),
                arguments("{\"a\": 1, \"a\": 2}", "Duplicate field 'a'"),
                arguments("{\"v\": {\"a\": 1, \"a\": 2}}", "Duplicate field 'a'"),
                arguments("{} {}", "not valid JSON at byte"),
                arguments("{} x", "not valid JSON at byte"),
                arguments("{\"a\": NaN}", "not valid JSON at byte"),
                arguments("{\"a\": Infinity}", "not valid JSON at byte"),
                arguments("{\"a\": 'x'}", "not valid JSON at byte"),
                arguments("{\"a\": 1,}", "not valid JSON at byte"),
                arguments("{// comment\n}", "not valid JSON at byte"),
                arguments("{\"a\": " + "[".repeat(100_000), "nesting depth"),
                arguments("{\"a\": " + "{\"a\": ".repeat(100_000), "nesting depth"),
                arguments("{\"a\": " + "1".repeat(100_000) + "}", "Number value length"),
                arguments("\uFEFF{}", "byte order mark at offset 0"));
    }

    @ParameterizedTest
    @MethodSource("wrongFiles")
    void whatIsNoPlainJsonObjectIsRefused(String text, String expected) throws IOException {
        Path file = Files.writeString(folder.resolve("config.json"), text);
        assertThatThrownBy(() -> Config.read(file)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(file + ": ").hasMessageContaining(expected)
                .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(700));
    }

    @Test
    void textInAnotherEncodingIsRefused() throws IOException {
        Path latin = Files.write(folder.resolve("latin.json"), "{\"a\": \"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> Config.read(latin)).isInstanceOf(InvalidInputException.class).hasMessageContaining("not UTF-8, first wrong byte near offset 7");
        Path utf16 = Files.write(folder.resolve("utf16.json"), "{\"a\": 1}".getBytes(StandardCharsets.UTF_16BE));
        assertThatThrownBy(() -> Config.read(utf16)).isInstanceOf(InvalidInputException.class).hasMessageContaining("expected UTF-8");
    }

    @Test
    void whatIsNoReadableFileIsRefused() throws IOException {
        Path missing = folder.resolve("absent.json");
        assertThatThrownBy(() -> Config.read(missing)).isInstanceOf(InvalidInputException.class)
                .hasMessage(missing + ": there is no such file or folder");
        assertThat(Config.readIfPresent(missing)).isNull();
        assertThatThrownBy(() -> Config.read(folder)).isInstanceOf(InvalidInputException.class).hasMessageContaining("this is a folder, expected a file");
        Path large = folder.resolve("large.json");
        try (var f = new java.io.RandomAccessFile(large.toFile(), "rw")) {
            f.setLength(17 << 20);
        }
        assertThatThrownBy(() -> Config.read(large)).isInstanceOf(InvalidInputException.class).hasMessageContaining("expected at most 16777216");
    }
}
