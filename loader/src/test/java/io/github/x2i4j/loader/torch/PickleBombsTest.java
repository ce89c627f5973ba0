package io.github.x2i4j.loader.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.hostile.BigFile;
import io.github.x2i4j.loader.hostile.Hostile;
import io.github.x2i4j.loader.weights.Checkpoints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Small instructions that would fill memory, against a heap of 256 MB. */
@Hostile
class PickleBombsTest {
    private static final byte[] LEGACY = {(byte) 0x80, 2, (byte) 0x8a, 10, 0x6c, (byte) 0xfc, (byte) 0x9c, 0x46, (byte) 0xf9, 0x20, 0x6a, (byte) 0xa8,
        0x50, 0x19, '.', (byte) 0x80, 2, 'M', (byte) 0xe9, 3, '.'};

    @TempDir
    Path folder;

    private static byte[] bytes(int... values) {
        byte[] out = new byte[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) values[i];
        }
        return out;
    }

    /** Instructions before, instructions repeated, how often, what the error must name. */
    static Stream<Arguments> bombs() {
        return Stream.of(
                arguments("", bytes('N'), 16_000_000, "piles up more than 1000000 values"),
                arguments("", bytes('J', 1, 2, 3, 4), 3_000_000, "piles up more than 1000000 values"),
                arguments("", bytes('G', 1, 2, 3, 4, 5, 6, 7, 8), 1_700_000, "piles up more than 1000000 values"),
                arguments("", bytes(0x8c, 0), 8_000_000, "more than 1"),
                arguments("", bytes('X', 0, 0, 0, 0), 3_000_000, "more than 1"),
                arguments("", bytes('('), 16_000_000, "nests deeper than 100000 levels"),
                arguments("", bytes('}'), 16_000_000, "piles up more than 1000000 values"),
                arguments("]", bytes('}', 'a'), 8_000_000, "makes more than 1500000 objects"),
                arguments("]", bytes(']', 'a'), 8_000_000, "makes more than 1500000 objects"),
                arguments("]", bytes('N', 'a'), 8_000_000, "makes more than 1500000 objects"),
                arguments("](", bytes('N', 'N', 'N', 'N', 'N', 'N', 'N', 'e', '('), 1_700_000, "makes more than 1500000 objects"),
                arguments("N", bytes(0x94), 16_000_000, "keeps value 4194304, at most 4194304"),
                arguments("N", bytes('r', 255, 255, 255, 127), 1, "keeps value 2147483647, at most 4194304"),
                arguments("]q\0", bytes('h', 0, 'a'), 5_000_000, "makes more than 1500000 objects"),
                arguments("]q\0", bytes('h', 0, 0x86, 'q', 0, '0'), 1, "the instruction 0x30"),
                arguments("Nq\0", bytes('h', 0, 'h', 0, 0x86, 'q', 0), 2_000_000, "more than 1"),
                arguments("c", bytes('a'), 17_000_000, "the pickle is longer than 16777216 bytes"),
                arguments("", bytes(0x8a, 16, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16), 900_000, "ends too early"),
                arguments("ccollections\nOrderedDict\nq\0]", bytes('h', 0, ')', 'R', 'a'), 3_000_000, "makes more than 1500000 objects"));
    }

    @ParameterizedTest
    @MethodSource("bombs")
    void aPickleThatWouldFillMemoryIsRefusedInALegacyFile(String before, byte[] part, int n, String expected) throws IOException {
        byte[] start = ByteBuffer.allocate(LEGACY.length + 2 + before.length()).put(LEGACY).put((byte) 0x80).put((byte) 2)
                .put(before.getBytes(StandardCharsets.ISO_8859_1)).array();
        Path file = BigFile.repeated(folder.resolve("bomb.pt"), start, part, n, new byte[0]);
        assertThatThrownBy(() -> Checkpoints.open(file)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(file + ": ").hasMessageContaining(expected).hasMessageMatching("(?s).*\\(byte \\d+\\)");
    }

    @Test
    void theBoundsHoldInAZipFileToo() throws IOException {
        Path pickle = BigFile.repeated(folder.resolve("data.pkl"), new byte[] {(byte) 0x80, 2, ']'}, bytes('}', 'a'), 8_000_000, new byte[0]);
        Path file = Files.write(folder.resolve("bomb.bin"), Pickle.checkpoint(Files.readAllBytes(pickle)));
        assertThatThrownBy(() -> Checkpoints.open(file)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(file + ": ").hasMessageContaining("makes more than 1500000 objects");
    }

    @Test
    void aTensorForEachRepetitionOfOneShapeIsRefusedBeforeMemoryIsFull() throws IOException {
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < 200_000; i++) {
            body.append("X\7\0\0\0").append(1_000_000 + i).append("h\2(h\1K\0h\0h\0\u0089h\3tR");
        }
        Pickle all = new Pickle().op("(");
        for (int i = 0; i < 16; i++) {
            all.op("K\0");
        }
        all.op("tq\0").storage("FloatStorage", "0", 0).op("q\1").global("torch._utils", "_rebuild_tensor_v2").op("q\2").op("}q\3(").op(body.toString())
                .op("u.");
        Path file = Files.write(folder.resolve("shapes.bin"), Pickle.checkpoint(all.bytes(), new byte[0]));
        assertThatThrownBy(() -> Checkpoints.open(file)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(file + ": ").hasMessageContaining("makes more than 1500000 objects");
    }

    /** A zip file of countless empty entries, written by hand since the JDK's writer keeps them all. */
    private static byte[] zipOf(int count, int nameLength) {
        int local = 30 + nameLength;
        int central = 46 + nameLength;
        ByteBuffer zip = ByteBuffer.allocate(count * (local + central) + 56 + 20 + 22).order(ByteOrder.LITTLE_ENDIAN);
        for (int pass = 0; pass < 2; pass++) {
            for (int i = 0; i < count; i++) {
                int at = zip.position();
                zip.putInt(pass == 0 ? 0x04034b50 : 0x02014b50);
                zip.putShort(at + (pass == 0 ? 26 : 28), (short) nameLength);
                if (pass == 1) {
                    zip.putInt(at + 42, i * local);
                }
                zip.position(at + (pass == 0 ? 30 : 46));
                zip.put(String.format("%0" + nameLength + "d", i).getBytes(StandardCharsets.US_ASCII));
            }
        }
        int end = zip.position();
        zip.putInt(0x06064b50).putLong(44).putShort((short) 45).putShort((short) 45).putInt(0).putInt(0).putLong(count).putLong(count)
                .putLong((long) count * central).putLong((long) count * local);
        zip.putInt(0x07064b50).putInt(0).putLong(end).putInt(1);
        zip.putInt(0x06054b50).putShort((short) 0).putShort((short) 0).putShort((short) -1).putShort((short) -1).putInt(-1).putInt(-1);
        return zip.array();
    }

    static Stream<Arguments> directories() {
        return Stream.of(
                arguments(300_000, 6, "the zip directory has 300000 entries"),
                arguments(34_000, 1_000, "at most 262144 in 33554432 are read"),
                arguments(10, 1_025, "a zip entry's name has 1025 bytes, at most 1024"),
                arguments(262_144, 6, "holds no data.pkl"),
                arguments(30_000, 1_000, "holds no data.pkl"));
    }

    @ParameterizedTest
    @MethodSource("directories")
    void aZipDirectoryOfCountlessEntriesIsRefusedWithLittleMemory(int count, int nameLength, String expected) throws IOException {
        Path file = Files.write(folder.resolve("many.bin"), zipOf(count, nameLength));
        assertThatThrownBy(() -> Checkpoints.open(file)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(file + ": ").hasMessageContaining(expected);
    }

    @Test
    void aDeflateBombIsNeverUnpacked() throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("a/data.pkl", new byte[32 << 20]);
        Path file = Files.write(folder.resolve("deflated.bin"), Pickle.zip(entries, java.util.zip.ZipEntry.DEFLATED));
        assertThat(Files.size(file)).isLessThan(100_000);
        assertThatThrownBy(() -> Checkpoints.open(file)).hasMessageStartingWith(file + ": ").hasMessageContaining("is compressed (byte ");
    }
}
