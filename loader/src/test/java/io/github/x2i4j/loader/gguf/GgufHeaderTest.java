package io.github.x2i4j.loader.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.hostile.Hostile;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Hostile
class GgufHeaderTest {
    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("m.gguf");
    }

    private static GgufWriter small() {
        return new GgufWriter().text("general.architecture", "flux").whole("n", -1).real("eps", 0.5f)
                .entry("flag", 7, new byte[] {1}).entry("big", 10, GgufWriter.longs(1L << 40)).texts("tokens", "a", "é")
                .floats("v", new long[] {3}, 1, 2, 3);
    }

    @Test
    void tensorsAreViewsWithTheirDimensionsOutermostFirst() throws IOException {
        byte[] q8 = new byte[2 * 34];
        q8[1] = 0x3C; // d = 1
        q8[2] = 5;
        q8[34] = 0;
        q8[35] = 0x40; // d = 2
        q8[36] = -3;
        Path f = small().align(64).tensor("m", 8, q8, 32, 2).write(file());
        try (Checkpoint c = Checkpoints.open(f)) {
            Tensor m = c.tensor("m");
            assertThat(m.shape()).isEqualTo(Shape.of(2, 32));
            assertThat(m.dtype()).isEqualTo(DType.Q8_0);
            assertThat(m.getFloat(0)).isEqualTo(5);
            assertThat(m.getFloat(32)).isEqualTo(-6);
            assertThat(c.tensors().get("m").offset() % 64).isZero();
            assertThat(c.tensor("v").toFloats()).containsExactly(1, 2, 3);
            assertThat(c.metadata()).containsEntry("general.architecture", "flux").containsEntry("n", "4294967295").containsEntry("eps", "0.5")
                    .containsEntry("flag", "true").containsEntry("big", "1099511627776").containsEntry("tokens", "2 strings");
        }
    }

    @Test
    void aFileOf123TensorsIsNotTakenForSafetensors() throws IOException {
        GgufWriter w = new GgufWriter();
        for (int i = 0; i < '{'; i++) {
            w.floats("t" + i, new long[] {1}, i);
        }
        try (Checkpoint c = Checkpoints.open(w.write(file()))) {
            assertThat(c.tensor("t122").toFloats()).containsExactly(122);
        }
    }

    @Test
    void everyTruncationIsAnErrorWithItsByteOrHoldsAllTensors() throws IOException {
        byte[] whole = small().bytes();
        for (int n = 0; n < whole.length; n++) {
            Files.write(file(), Arrays.copyOf(whole, n));
            try (Checkpoint c = Checkpoints.open(file())) {
                throw new AssertionError(n + " bytes were taken for the whole of " + whole.length + ", " + c.tensors().keySet());
            } catch (InvalidInputException e) {
                assertThat(e.getMessage()).contains(file().toString());
            }
        }
    }

    static Stream<Arguments> malformed() {
        byte[] none = new byte[0];
        return Stream.of(
                Arguments.of("magic", new GgufWriter().magic(0x55464747), "does not begin with \"GGUF\""),
                Arguments.of("version", new GgufWriter().version(4), "GGUF version 4"),
                Arguments.of("tensor count -1", new GgufWriter().counts(-1L, null), "the number of tensors is 18446744073709551615"),
                Arguments.of("tensor count", new GgufWriter().counts(262_145L, null), "expected at most 262144"),
                Arguments.of("entry count -1", new GgufWriter().counts(null, -1L), "the number of metadata entries is 18446744073709551615"),
                Arguments.of("more tensors than there are", small().counts(9L, null), "byte"),
                Arguments.of("key length", new GgufWriter().counts(null, 2L).entry("k", 0, concat(new byte[] {1}, GgufWriter.longs(1L << 40))),
                        "the length of a metadata key is 1099511627776"),
                Arguments.of("text beyond the file", new GgufWriter().entry("k", 8, GgufWriter.longs(1000)), "the length of metadata k is 1000"),
                Arguments.of("text of negative length", new GgufWriter().entry("k", 8, GgufWriter.longs(-5)), "the length of metadata k"),
                Arguments.of("not UTF-8", new GgufWriter().entry("k", 8, new byte[] {1, 0, 0, 0, 0, 0, 0, 0, (byte) 0xFF}), "not UTF-8"),
                Arguments.of("unknown value type", new GgufWriter().entry("k", 13, none), "unknown type 13"),
                Arguments.of("list of lists", new GgufWriter().entry("k", 9, GgufWriter.ints(9)), "list of lists"),
                Arguments.of("list of unknown type", new GgufWriter().entry("k", 9, concat(GgufWriter.ints(99), GgufWriter.longs(1), new byte[8])),
                        "unknown type 99"),
                Arguments.of("list longer than the file", new GgufWriter().entry("k", 9, concat(GgufWriter.ints(0), GgufWriter.longs(1 << 20))),
                        "the length of metadata k is 1048576"),
                Arguments.of("truth value", new GgufWriter().entry("k", 7, new byte[] {2}), "is 2, expected 0 or 1"),
                Arguments.of("key twice", new GgufWriter().whole("k", 1).whole("k", 1), "metadata k stands twice"),
                Arguments.of("alignment 0", new GgufWriter().whole("general.alignment", 0), "general.alignment is 0"),
                Arguments.of("alignment 13", new GgufWriter().whole("general.alignment", 13), "power of two"),
                Arguments.of("alignment 2^30", new GgufWriter().whole("general.alignment", 1 << 30), "power of two"),
                Arguments.of("alignment as text", new GgufWriter().text("general.alignment", "32"), "power of two"),
                Arguments.of("five dimensions", new GgufWriter().info("t", 0, 0, 1, 1, 1, 1, 1), "has 5 dimensions"),
                Arguments.of("countless dimensions", new GgufWriter().info("t", 0, 0, new long[100_000]), "has 100000 dimensions"),
                Arguments.of("data cut", new GgufWriter().info("t", 0, 0, 1 << 20), "the file ends after"),
                Arguments.of("negative dimension", new GgufWriter().info("t", 0, 0, -1), "a dimension of tensor t"),
                Arguments.of("overflow", new GgufWriter().info("t", 0, 0, 1L << 32, 1L << 32), "out of range"),
                Arguments.of("overflow behind a zero", new GgufWriter().info("t", 0, 0, 0, 1L << 32, 1L << 32), "out of range"),
                Arguments.of("unknown type", new GgufWriter().info("t", 77, 0, 1), "unknown type 77"),
                Arguments.of("removed type", new GgufWriter().info("t", 4, 0, 1), "unknown type 4"),
                Arguments.of("broken block", new GgufWriter().info("t", 12, 0, 255), "no whole number of Q4_K blocks"),
                Arguments.of("offset not aligned", new GgufWriter().info("t", 0, 8, 1), "no multiple of the alignment 32"),
                Arguments.of("offset beyond the file", new GgufWriter().info("t", 0, 1L << 40, 1), "the file ends after"),
                Arguments.of("offset that overflows", new GgufWriter().info("t", 0, Long.MAX_VALUE - 31, 1), "the file ends after"),
                Arguments.of("overlap", new GgufWriter().floats("a", new long[] {16}, new float[16]).info("b", 0, 32, 1), "overlaps tensor a"),
                Arguments.of("tensor twice", new GgufWriter().floats("a", new long[] {1}, 1).floats("a", new long[] {1}, 1), "tensor a stands twice"));
    }

    private static byte[] concat(byte[]... parts) {
        byte[] all = new byte[0];
        for (byte[] p : parts) {
            int n = all.length;
            all = Arrays.copyOf(all, n + p.length);
            System.arraycopy(p, 0, all, n, p.length);
        }
        return all;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void malformedFilesAreRefusedWithFileAndByte(String name, GgufWriter w, String message) throws IOException {
        Path f = w.write(file());
        assertThatThrownBy(() -> Checkpoints.open(f)).as(name).isInstanceOf(InvalidInputException.class).hasMessageContaining(f.toString())
                .hasMessageContaining(message).hasMessageContaining("byte ");
    }

    @Test
    void otherByteOrdersVersionOneAndPiecesAreUnsupported() throws IOException {
        for (GgufWriter w : new GgufWriter[] {new GgufWriter().version(Integer.reverseBytes(3)), new GgufWriter().version(1),
            new GgufWriter().entry("split.count", 2, new byte[] {3, 0})}) {
            Path f = w.write(file());
            assertThatThrownBy(() -> Checkpoints.open(f)).isInstanceOf(UnsupportedFeatureException.class).hasMessageContaining(f.toString());
        }
    }

    @Test
    void typesThatCannotBeComputedWithAreListedAndRefusedWhenUsed() throws IOException {
        try (Checkpoint c = Checkpoints.open(new GgufWriter().tensor("t", 23, new byte[136], 256).write(file()))) {
            assertThat(c.tensors().get("t").dtype()).isEqualTo("IQ4_XS");
            assertThatThrownBy(() -> c.tensor("t")).isInstanceOf(UnsupportedFeatureException.class).hasMessageContaining("IQ4_XS");
        }
    }
}
