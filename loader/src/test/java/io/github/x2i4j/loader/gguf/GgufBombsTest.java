package io.github.x2i4j.loader.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.hostile.BigFile;
import io.github.x2i4j.loader.hostile.Hostile;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.Checkpoints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Headers of countless parts, against a heap of 256 MB. */
@Hostile
class GgufBombsTest {
    private static final int TEXT = 8;
    private static final int LIST = 9;

    @TempDir
    Path folder;

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String latin(ByteBuffer b) {
        return new String(b.array(), StandardCharsets.ISO_8859_1);
    }

    private static String text(String s) {
        return latin(little(8).putLong(s.length())) + s;
    }

    private static String ints(int... values) {
        ByteBuffer b = little(4 * values.length);
        for (int v : values) {
            b.putInt(v);
        }
        return latin(b);
    }

    private static String longs(long... values) {
        ByteBuffer b = little(8 * values.length);
        for (long v : values) {
            b.putLong(v);
        }
        return latin(b);
    }

    private static String header(long tensors, long entries) {
        return "GGUF" + ints(3) + longs(tensors, entries);
    }

    static Stream<Arguments> bombs() {
        IntFunction<String> emptyTexts = _ -> longs(0);
        IntFunction<String> tensors = i -> text("n".repeat(150) + i) + ints(1) + longs(0) + ints(0) + longs(0);
        return Stream.of(
                arguments(header(0, 1) + text("k") + ints(LIST, TEXT) + longs(2_000_000), emptyTexts, 2_000_000, "take more than 100663296 bytes of memory"),
                arguments(header(0, 1) + text("k") + ints(LIST, TEXT) + longs(3_000_000), emptyTexts, 3_000_000, "expected at most 2097152"),
                arguments(header(0, 60_000), (IntFunction<String>) i -> text(i + "k".repeat(1_000)) + ints(TEXT) + longs(0), 60_000, "take more than"),
                arguments(header(0, 8), (IntFunction<String>) i -> text("k" + i) + ints(TEXT) + text("t".repeat(15_000_000)), 8, "take more than"),
                arguments(header(0, 1) + text("k") + ints(TEXT), (IntFunction<String>) _ -> text("t".repeat(17_000_000)), 1, "the length of metadata k is 17000000"),
                arguments(header(0, 100), (IntFunction<String>) i -> text("k" + i) + ints(LIST, 0) + longs(1_000_000) + "v".repeat(1_000_000), 100,
                        "take more than"),
                arguments(header(262_144, 0), tensors, 262_143, "ends inside"),
                arguments(header(262_144, 0), (IntFunction<String>) i -> text("n".repeat(250) + i) + ints(1) + longs(0) + ints(0) + longs(0), 262_144,
                        "take more than"));
    }

    @ParameterizedTest
    @MethodSource("bombs")
    void aHeaderOfCountlessPartsIsRefusedWithLittleMemory(String before, IntFunction<String> part, int n, String expected) throws IOException {
        Path file = BigFile.latin(folder.resolve("bomb.gguf"), before, part, n, "");
        assertThatThrownBy(() -> Checkpoints.open(file)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(file + ": ").hasMessageContaining(expected).hasMessageMatching("(?s).*\\bbyte \\d+.*");
    }

    @ParameterizedTest
    @MethodSource("giants")
    void aHeaderAsLargeAsAllowedOpens(int nameLength) throws IOException {
        IntFunction<String> tensors = i -> text("n".repeat(nameLength) + i) + ints(4) + longs(0, 1, 1, 1) + ints(0) + longs(0);
        Path file = BigFile.latin(folder.resolve("giant.gguf"), header(262_144, 0), tensors, 262_144, "");
        try (Checkpoint c = Checkpoints.open(file)) {
            assertThat(c.tensors()).hasSize(262_144);
        }
    }

    static Stream<Integer> giants() {
        return Stream.of(1, 140);
    }
}
