package io.github.x2i4j.loader.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.hostile.Hostile;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.Checkpoints;
import io.github.x2i4j.loader.weights.TensorInfo;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Hostile
class SafetensorsHeaderTest {
    @TempDir
    Path folder;

    private static String entry(String name, String dtype, String shape, long begin, long end) {
        return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":[" + begin + "," + end + "]}";
    }

    private static String header(String... entries) {
        return "{" + String.join(",", entries) + "}";
    }

    /** What the header says, bytes of data that follow, what the error must name. */
    static Stream<Arguments> brokenPromises() {
        String deep = "{\"a\":{\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}}";
        return Stream.of(
                arguments("[]", 0, "byte 8 does not begin with '{'"),
                arguments(" {}", 0, "byte 8 does not begin with '{'"),
                arguments("\uFEFF{}", 0, "byte 8 does not begin with '{'"),
                arguments("{", 0, "not valid JSON at byte 9"),
                arguments("{\"a\":{\"dtype\":\"F3", 0, "not valid JSON at byte"),
                arguments("{}x", 0, "not valid JSON at byte"),
                arguments("{}{}", 0, "goes on after its closing brace (byte 10)"),
                arguments("{} \0", 0, "zero byte at offset 11"),
                arguments("{}    \0", 0, "zero byte at offset 14"),
                arguments(deep, 0, "nesting depth (101) exceeds the maximum allowed (100)"),
                arguments("{\"a\":1}", 0, "tensor a is a whole number, expected an object (byte 13)"),
                arguments("{\"a\":null}", 0, "tensor a is null, expected an object"),
                arguments("{\"a\":{}}", 0, "tensor a has no dtype (byte 13)"),
                arguments("{\"a\":{\"dtype\":\"F32\"}}", 0, "tensor a has no shape"),
                arguments("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "tensor a has no data_offsets"),
                arguments("{\"a\":{\"dtype\":32,\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "tensor a: dtype is a whole number, expected a string"),
                arguments("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "tensor a: dtype stands twice"),
                arguments(header(entry("a", "F33", "[1]", 0, 4)), 4, "tensor a has the unknown dtype F33"),
                arguments(header(entry("a", "f32", "[1]", 0, 4)), 4, "unknown dtype f32"),
                arguments(header(entry("a", "F32", "1", 0, 4)), 4, "tensor a: shape is a whole number, expected a list"),
                arguments(header(entry("a", "F32", "[1.0]", 0, 4)), 4, "tensor a: shape is a broken number, expected a whole number"),
                arguments(header(entry("a", "F32", "[\"1\"]", 0, 4)), 4, "tensor a: shape is a string, expected a whole number"),
                arguments(header(entry("a", "F32", "[-1]", 0, 4)), 4, "tensor a: shape holds -1, which is out of range"),
                arguments(header(entry("a", "F32", "[9223372036854775808]", 0, 4)), 4, "tensor a: shape holds 9223372036854775808, which is out of range"),
                arguments(header(entry("a", "F32", "[" + "9".repeat(999) + "]", 0, 4)), 4, "which is out of range"),
                arguments(header(entry("a", "F32", "[" + "9".repeat(5000) + "]", 0, 4)), 4, "Number value length (5000)"),
                arguments(header(entry("a", "F32", "[" + "1,".repeat(64) + "1]", 0, 4)), 4, "tensor a: shape has more than 16 numbers"),
                arguments(header(entry("a", "F32", "[4294967296,4294967296]", 0, 4)), 4, "tensor a: the size of shape [4294967296, 4294967296] is out of range"),
                arguments(header(entry("a", "F32", "[2305843009213693952]", 0, 4)), 4, "tensor a: the size of shape [2305843009213693952] is out of range"),
                arguments(header(entry("a", "F32", "[0,4294967296,4294967296]", 0, 0)), 0, "the size of shape [0, 4294967296, 4294967296] is out of range"),
                arguments(header(entry("a", "F32", "[4294967296,4294967296,0]", 0, 0)), 0, "is out of range"),
                arguments(header(entry("a", "F32", "[2]", 0, 4)), 4, "tensor a has 4 bytes of data, but F32 [2] needs 8"),
                arguments(header(entry("a", "F4", "[3]", 0, 2)), 2, "but F4 [3] needs a whole number of bytes"),
                arguments(header(entry("a", "F32", "[1]", 4, 0)), 4, "tensor a: data_offsets begin at 4 and end before, at 0"),
                arguments(header(entry("a", "F32", "[1]", 0, 5)), 4, "tensor a: data_offsets end at 5, but the file holds only 4 bytes of data"),
                arguments(header(entry("a", "F32", "[1]", 0, Long.MAX_VALUE)), 4, "tensor a: data_offsets end at 9223372036854775807"),
                arguments(header(entry("a", "F32", "[1]", -4, 0)), 4, "tensor a: data_offsets holds -4, which is out of range"),
                arguments("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", 4, "tensor a: data_offsets has 1 numbers, expected 2"),
                arguments("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}", 4, "tensor a: data_offsets has more than 2 numbers"),
                arguments(header(entry("a", "F32", "[1]", 0, 4), entry("a", "F32", "[1]", 4, 8)), 8, "tensor a stands twice in the header"),
                arguments(header(entry("a", "F32", "[2]", 0, 8), entry("b", "F32", "[1]", 4, 8)), 8, "tensor b overlaps tensor a"),
                arguments(header(entry("a", "F32", "[1]", 0, 4), entry("b", "F32", "[1]", 0, 4)), 4, "tensor b overlaps tensor a"),
                arguments(header(entry("a", "F32", "[1]", 0, 4), entry("b", "F32", "[1]", 8, 12)), 12, "tensor b leaves a hole of 4 bytes after tensor a"),
                arguments(header(entry("a", "F32", "[1]", 4, 8)), 8, "tensor a leaves a hole of 4 bytes after the header"),
                arguments(header(entry("a", "F32", "[1]", 0, 4)), 5, "1 bytes of data at the end belong to no tensor"),
                arguments("{}", 1, "1 bytes of data at the end belong to no tensor (byte 10)"),
                arguments("{\"__metadata__\":[]}", 0, "__metadata__ is a list, expected an object"),
                arguments("{\"__metadata__\":{\"a\":1}}", 0, "__metadata__ entry a is a whole number, expected a string"),
                arguments("{\"__metadata__\":{\"a\":{}}}", 0, "__metadata__ entry a is an object, expected a string"),
                arguments("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, "__metadata__ entry a stands twice"),
                arguments("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "__metadata__ stands twice"),
                arguments(header(entry("\\u001b[2J", "F33", "[1]", 0, 4)), 4, "tensor \\u001b[2J has the unknown dtype"));
    }

    @ParameterizedTest
    @MethodSource("brokenPromises")
    void everyBrokenPromiseIsNamedWithFileAndPlace(String header, int dataBytes, String expected) throws IOException {
        Path file = SafetensorsWriter.raw(folder.resolve("bad.safetensors"), header, new byte[dataBytes]);
        assertThatThrownBy(() -> Checkpoints.open(file)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(file + ": ").hasMessageContaining(expected)
                .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(1000));
    }

    static Stream<Arguments> wrongText() {
        return Stream.of(
                arguments(new byte[] {'{', '"', (byte) 0xFF, '"', '}'}, "not UTF-8, first wrong byte at offset 10"),
                arguments(new byte[] {'{', '"', (byte) 0xC0, (byte) 0x80, '"', '}'}, "not UTF-8"),
                arguments(new byte[] {'{', '"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"', '}'}, "not UTF-8"),
                arguments("{\"a\":1}".getBytes(StandardCharsets.UTF_16LE), "zero byte at offset 9"));
    }

    @ParameterizedTest
    @MethodSource("wrongText")
    void aHeaderThatIsNotUtf8IsRefused(byte[] header, String expected) throws IOException {
        Path file = SafetensorsWriter.raw(folder.resolve("bad.safetensors"), header, new byte[0]);
        assertThatThrownBy(() -> Checkpoints.open(file)).isExactlyInstanceOf(InvalidInputException.class).hasMessageContaining(expected);
    }

    static Stream<Arguments> lengths() {
        return Stream.of(arguments(0L, "the header length at byte 0 is 0"), arguments(100L, "says 100 bytes, but the file ends after 18"),
                arguments(11L, "says 11 bytes, but the file ends after 18"), arguments(100_000_001L, "says 100000001 bytes, the format allows at most 100000000"),
                arguments(-1L, "says 18446744073709551615 bytes"), arguments(Long.MIN_VALUE, "says 9223372036854775808 bytes"));
    }

    @ParameterizedTest
    @MethodSource("lengths")
    void aLyingHeaderLengthIsRefused(long length, String expected) throws IOException {
        ByteBuffer b = ByteBuffer.allocate(18).order(ByteOrder.LITTLE_ENDIAN).putLong(length).put("{}        ".getBytes(StandardCharsets.UTF_8));
        Path file = Files.write(folder.resolve("bad.safetensors"), b.array());
        assertThatThrownBy(() -> Checkpoints.open(file)).isExactlyInstanceOf(InvalidInputException.class).hasMessageContaining(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7})
    void aFileTooShortForALengthIsRefused(int size) throws IOException {
        Path file = Files.write(folder.resolve("bad.safetensors"), new byte[size]);
        assertThatThrownBy(() -> Checkpoints.open(file)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageContaining("has " + size + " bytes, too short");
    }

    @Test
    @Timeout(60)
    void headersOfCountlessTinyEntriesEndInAnError() throws IOException {
        StringBuilder keys = new StringBuilder("{\"__metadata__\":{");
        for (int i = 0; i <= SafetensorsHeader.MAX_ENTRIES; i++) {
            keys.append(i == 0 ? "\"" : ",\"").append(Integer.toString(i, 36)).append("\":\"\"");
        }
        Path file = SafetensorsWriter.raw(folder.resolve("keys.safetensors"), keys.append("}}").toString(), new byte[0]);
        assertThatThrownBy(() -> Checkpoints.open(file)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageContaining("more than 262144 entries");
    }

    @Test
    void valuesMetadataAndPaddingOfAWellFormedFileAreRead() throws IOException {
        Path file = new SafetensorsWriter().metadata("format", "pt").floats("w", new long[] {2, 3}, 1, 2, 3, 4, 5, 6)
                .values("h", DType.F16, new long[] {1}, 0.5).values("b", DType.BF16, new long[] {2}, -2, 3)
                .values("d", DType.F64, new long[] {}, Math.PI).bytes("empty", "F32", new long[] {0, 7}, new byte[0])
                .bytes("ids", "I64", new long[] {1}, new byte[] {5, 0, 0, 0, 0, 0, 0, 0}).write(folder.resolve("good.safetensors"));
        try (Checkpoint c = Checkpoints.open(file)) {
            assertThat(c.path()).isEqualTo(file);
            assertThat(c.metadata()).containsExactly(java.util.Map.entry("format", "pt"));
            assertThat(c.tensors().keySet()).containsExactly("b", "d", "empty", "h", "ids", "w");
            assertThat(c.tensor("w").toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
            assertThat(c.tensor("w").shape()).isEqualTo(Shape.of(2, 3));
            assertThat(c.tensor("h").toFloats()).containsExactly(0.5f);
            assertThat(c.tensor("b").toFloats()).containsExactly(-2, 3);
            assertThat(c.tensor("d").toFloats()).containsExactly((float) Math.PI);
            assertThat(c.tensor("empty").elements()).isZero();
            assertThat(c.tensor("ids").toLongs()).containsExactly(5);
            TensorInfo w = c.tensors().get("w");
            assertThat(w.file()).isEqualTo(file);
            assertThat(w.bytes()).isEqualTo(24);
            byte[] all = Files.readAllBytes(file);
            assertThat(ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).getFloat((int) w.offset() + 4)).isEqualTo(2f);
        }
        Path padded = SafetensorsWriter.raw(folder.resolve("padded.safetensors"), header(entry("a", "F32", "[1]", 0, 4)) + "   \n", new byte[4]);
        try (Checkpoint c = Checkpoints.open(padded)) {
            assertThat(c.tensor("a").toFloats()).containsExactly(0);
        }
    }

    @Test
    void anEmptyTensorMayLieWhereAnotherBegins() throws IOException {
        Path file = SafetensorsWriter.raw(folder.resolve("e.safetensors"), header(entry("a", "F32", "[1]", 0, 4), entry("b", "F32", "[0]", 0, 0),
                entry("c", "F32", "[0]", 4, 4)), new byte[4]);
        try (Checkpoint c = Checkpoints.open(file)) {
            assertThat(c.tensors()).hasSize(3);
        }
    }

    @Test
    void tensorsMayStandInAnyOrderAndUnknownFieldsAreIgnored() throws IOException {
        String first = "\"z\":{\"note\":[{\"x\":1}],\"data_offsets\":[4,8],\"shape\":[1],\"dtype\":\"F32\"}";
        Path file = SafetensorsWriter.raw(folder.resolve("a.safetensors"), header(first, entry("a", "I32", "[1]", 0, 4)), new byte[] {7, 0, 0, 0, 0, 0, -128, 63});
        try (Checkpoint c = Checkpoints.open(file)) {
            assertThat(c.tensor("z").toFloats()).containsExactly(1f);
            assertThat(c.tensor("a").toLongs()).containsExactly(7);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"F8_E4M3FNUZ", "F8_E5M2FNUZ", "U16", "U32", "U64", "C64", "F4", "F8_E8M0"})
    void typesThatCannotBeComputedWithAreListedAndRefusedWhenUsed(String dtype) throws IOException {
        int bytes = dtype.startsWith("F") ? dtype.equals("F4") ? 4 : 8 : Integer.parseInt(dtype.substring(1));
        Path file = new SafetensorsWriter().bytes("w", dtype, new long[] {8}, new byte[bytes]).write(folder.resolve("t.safetensors"));
        try (Checkpoint c = Checkpoints.open(file)) {
            assertThat(c.tensors().get("w").dtype()).isEqualTo(dtype);
            assertThat(c.tensors().get("w").bytes()).isEqualTo(bytes);
            assertThatThrownBy(() -> c.tensor("w")).isInstanceOf(UnsupportedFeatureException.class).hasMessageContaining(file.toString())
                    .hasMessageContaining("tensor w is stored as " + dtype);
        }
    }

    @Test
    void tensorsBeyondTwoGibibytesAreReachedAndTheFileIsNotRead() throws IOException {
        Path file = folder.resolve("large.safetensors");
        long big = (2L << 30) + 5;
        byte[] header = header(entry("big", "U8", "[" + big + "]", 0, big), entry("last", "F32", "[1]", big, big + 4)).getBytes(StandardCharsets.UTF_8);
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.writeLong(Long.reverseBytes(header.length));
            out.write(header);
            out.seek(8 + header.length + big);
            out.write(new byte[] {0, 0, 32, 65});
        }
        try (Checkpoint c = Checkpoints.open(file)) {
            assertThat(c.tensor("last").toFloats()).containsExactly(10f);
            assertThat(c.tensor("big").getLong(big - 1)).isZero();
        }
    }

    @Test
    void tensorsOfAClosedCheckpointCannotBeRead() throws IOException {
        Path file = new SafetensorsWriter().floats("w", new long[] {1}, 1).write(folder.resolve("c.safetensors"));
        Checkpoint c = Checkpoints.open(file);
        var w = c.tensor("w");
        c.close();
        c.close();
        assertThatThrownBy(() -> w.getFloat(0)).isInstanceOf(IllegalStateException.class);
        try (FileChannel channel = FileChannel.open(file, java.nio.file.StandardOpenOption.WRITE)) {
            assertThat(channel.isOpen()).isTrue();
        }
    }

    @Test
    void anUnknownTensorIsNamed() throws IOException {
        Path file = new SafetensorsWriter().floats("w", new long[] {1}, 1).write(folder.resolve("c.safetensors"));
        try (Checkpoint c = Checkpoints.open(file)) {
            assertThatThrownBy(() -> c.tensor("v")).isInstanceOf(InvalidInputException.class).hasMessage(file + ": there is no tensor v");
        }
    }
}
