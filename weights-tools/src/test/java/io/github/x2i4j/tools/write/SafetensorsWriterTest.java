package io.github.x2i4j.tools.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.Checkpoints;
import io.github.x2i4j.model.pipeline.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
    private static final SortedMap<String, String> NOTHING = new TreeMap<>();

    @TempDir
    Path temp;

    private static OutputTensor tensor(String name, String dtype, int itemBytes, long... dims) {
        Shape shape = Shape.of(dims);
        int bytes = (int) shape.elements() * itemBytes;
        return new OutputTensor(name, dtype, shape, bytes, sink -> {
            for (int i = 0; i < bytes; i++) {
                sink.write(ByteBuffer.wrap(new byte[] {(byte) (i + name.length())}));
            }
        });
    }

    private static WriteProgress unwatched() {
        return new WriteProgress(Progress.NONE, "write", 1);
    }

    private void write(Path file, List<OutputTensor> tensors, SortedMap<String, String> metadata) {
        try (OutputPlace place = OutputPlace.file(file, false, List.of(), SafetensorsWriter.size(tensors, metadata))) {
            SafetensorsWriter.write(place, null, tensors, metadata, unwatched());
            place.commit();
        }
    }

    @Test
    void whatIsWrittenIsReadAndAsLongAsForetold() throws IOException {
        List<OutputTensor> tensors = List.of(tensor("b", "U8", 1, 3), tensor("a\u0000\"\ud83d\ude00", "BF16", 2, 2, 3), tensor("z", "F64", 8),
                tensor("none", "F32", 4, 0, 5));
        SortedMap<String, String> metadata = new TreeMap<>(Map.of("format", "pt", "x", "quote \" and \n"));
        Path file = temp.resolve("w.safetensors");
        write(file, tensors, metadata);
        assertThat(Files.size(file)).isEqualTo(SafetensorsWriter.size(tensors, metadata));
        try (Checkpoint c = Checkpoints.open(file)) {
            assertThat(c.metadata()).isEqualTo(metadata);
            assertThat(c.tensors()).hasSize(4);
            for (OutputTensor t : tensors) {
                assertThat(c.tensors().get(t.name()).dtype()).isEqualTo(t.dtype());
                assertThat(c.tensors().get(t.name()).shape()).isEqualTo(t.shape());
                byte[] bytes = c.tensor(t.name()).segment().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
                assertThat(bytes).hasSize((int) t.bytes());
                IntStream.range(0, bytes.length).forEach(i -> assertThat(bytes[i]).isEqualTo((byte) (i + t.name().length())));
            }
        }
    }

    @Test
    void dataIsAlignedToItsType() throws IOException {
        Path file = temp.resolve("w.safetensors");
        write(file, List.of(tensor("a", "U8", 1, 3), tensor("b", "F32", 4, 1), tensor("c", "BF16", 2, 1), tensor("d", "F64", 8, 1)), NOTHING);
        try (Checkpoint c = Checkpoints.open(file)) {
            assertThat(c.tensors().get("d").offset() % 64).isZero();
            c.tensors().values().forEach(t -> assertThat(t.offset() % (t.bytes() / t.shape().elements())).as(t.name()).isZero());
        }
        ByteBuffer start = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        assertThat((start.getLong(0) + 8) % 64).isZero();
    }

    @Test
    void shardsHoldTheTensorsInOrderAndNoneIsLargerThanAsked() {
        List<OutputTensor> tensors = IntStream.range(0, 7).mapToObj(i -> tensor("t" + i, "F32", 4, i == 3 ? 100 : 5)).toList();
        assertThat(SafetensorsWriter.shards(tensors, 40)).extracting(s -> s.stream().map(OutputTensor::name).toList())
                .containsExactly(List.of("t0", "t1"), List.of("t2"), List.of("t3"), List.of("t4", "t5"), List.of("t6"));
    }

    @Test
    void shardsAreReadTogetherAndMetadataOfATensorStaysWithIt() {
        Path folder = temp.resolve("f");
        List<OutputTensor> tensors = List.of(tensor("t0", "F32", 4, 5),
                new OutputTensor("t1", "Q8_0", Shape.of(2, 32), 68, sink -> sink.write(ByteBuffer.allocate(68))), tensor("t2", "F32", 4, 5));
        SortedMap<String, String> metadata = new TreeMap<>(Map.of("format", "pt", BlockTypes.KEY + "gone", "Q8_0"));
        try (OutputPlace place = OutputPlace.folder(folder, List.of(), 60)) {
            SafetensorsWriter.writeShards(place, "model", tensors, metadata, 20, unwatched());
            place.commit();
        }
        try (Checkpoint c = Checkpoints.open(folder)) {
            assertThat(c.tensors()).containsOnlyKeys("t0", "t1", "t2");
        }
        try (Checkpoint c = Checkpoints.open(folder.resolve("model-00001-of-00003.safetensors"))) {
            assertThat(c.metadata()).containsOnlyKeys("format");
        }
        try (Checkpoint c = Checkpoints.open(folder.resolve("model-00002-of-00003.safetensors"))) {
            assertThat(c.metadata()).isEqualTo(Map.of("format", "pt", BlockTypes.KEY + "t1", "Q8_0"));
        }
    }

    @Test
    void aTensorThatGivesTooLittleLeavesNothing() {
        OutputTensor lying = new OutputTensor("a", "F32", Shape.of(2), 8, sink -> sink.write(ByteBuffer.allocate(4)));
        assertThatThrownBy(() -> write(temp.resolve("w"), List.of(lying), NOTHING)).isInstanceOf(IllegalStateException.class);
        assertThat(temp.toFile().list()).isEmpty();
    }

    @Test
    void aSourceThatFailsHalfwayLeavesNothing() {
        OutputTensor failing = new OutputTensor("a", "F32", Shape.of(2), 8, sink -> {
            sink.write(ByteBuffer.allocate(4));
            throw new IOException("No space left on device");
        });
        assertThatThrownBy(() -> write(temp.resolve("w"), List.of(failing), NOTHING)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageEndingWith("w cannot be written (No space left on device)");
        assertThat(temp.toFile().list()).isEmpty();
    }
}
