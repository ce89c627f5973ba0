package io.github.x2i4j.tools.convert;

import static io.github.x2i4j.tools.WeightFiles.raw;
import static io.github.x2i4j.tools.WeightFiles.tensor;
import static io.github.x2i4j.tools.WeightFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.Checkpoints;
import io.github.x2i4j.model.pipeline.CancelledException;
import io.github.x2i4j.model.pipeline.Progress;
import io.github.x2i4j.tools.compare.CheckpointDiff;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardsTest {
    @TempDir
    Path temp;

    private Path whole() {
        return write(temp.resolve("w.safetensors"), tensor("a", DType.F32, i -> i, 10), tensor("b", DType.BF16, i -> i, 4, 5),
                raw("c", "F8_E8M0", new byte[] {1, 2, 3}, 3), tensor("d", DType.F64, i -> 1 / (i + 1.0), 6));
    }

    private static void assertSame(Path a, Path b) {
        try (Checkpoint x = Checkpoints.open(a); Checkpoint y = Checkpoints.open(b)) {
            assertThat(CheckpointDiff.of(x, y, Progress.NONE).isEmpty()).isTrue();
        }
    }

    @Test
    void whatIsSplitAndMergedAgainIsTheSameFile() throws IOException {
        Path whole = whole();
        assertThat(Shards.split(whole, temp.resolve("s"), 50, Progress.NONE)).isEqualTo(3);
        assertSame(whole, temp.resolve("s"));
        Shards.merge(List.of(temp.resolve("s")), temp.resolve("again.safetensors"), false, Progress.NONE);
        assertThat(Files.mismatch(whole, temp.resolve("again.safetensors"))).isEqualTo(-1);
    }

    @Test
    void severalFilesBecomeOneUnlessTheyShareATensor() {
        Path a = write(temp.resolve("a"), tensor("x", DType.F32, i -> i, 2));
        Path b = write(temp.resolve("b"), tensor("y", DType.F32, i -> i, 2));
        Shards.merge(List.of(a, b), temp.resolve("ab"), false, Progress.NONE);
        try (Checkpoint c = Checkpoints.open(temp.resolve("ab"))) {
            assertThat(c.tensors()).containsOnlyKeys("x", "y");
        }
        assertThatThrownBy(() -> Shards.merge(List.of(a, a), temp.resolve("aa"), false, Progress.NONE))
                .isExactlyInstanceOf(InvalidInputException.class).hasMessageContaining("tensor x is both in");
        assertThat(temp.resolve("aa")).doesNotExist();
    }

    @Test
    void aFoldersConfigurationComesAlongAndItsOldIndexDoesNot() throws IOException {
        Path folder = Files.createDirectory(temp.resolve("m"));
        write(folder.resolve("diffusion_pytorch_model.safetensors"), tensor("x", DType.F32, i -> i, 2), tensor("y", DType.F32, i -> i, 2));
        Files.writeString(folder.resolve("config.json"), "{}");
        Files.writeString(folder.resolve("other.safetensors.index.json"), "{}");
        Shards.split(folder, temp.resolve("s"), 8, Progress.NONE);
        assertThat(temp.resolve("s").toFile().list()).containsExactlyInAnyOrder("config.json", "diffusion_pytorch_model.safetensors.index.json",
                "diffusion_pytorch_model-00001-of-00002.safetensors", "diffusion_pytorch_model-00002-of-00002.safetensors");
        assertSame(folder, temp.resolve("s"));
    }

    @Test
    void aSourceIsNeverOverwritten() throws IOException {
        Path whole = whole();
        byte[] before = Files.readAllBytes(whole);
        assertThatThrownBy(() -> Shards.merge(List.of(whole), whole, true, Progress.NONE)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageContaining("is what is being read");
        Shards.split(whole, temp.resolve("s"), 50, Progress.NONE);
        assertThatThrownBy(() -> Shards.merge(List.of(temp.resolve("s")), temp.resolve("s/model-00001-of-00003.safetensors"), true, Progress.NONE))
                .hasMessageContaining("is what is being read");
        assertThat(whole).hasBinaryContent(before);
    }

    @Test
    void whatCannotBeReadIsTold() {
        assertThatThrownBy(() -> Shards.merge(List.of(temp.resolve("none")), temp.resolve("x"), false, Progress.NONE))
                .isExactlyInstanceOf(InvalidInputException.class).hasMessageContaining("no such file");
        assertThat(temp.toFile().list()).isEmpty();
    }

    @Test
    void aSourceThatShrinksMeanwhileIsAnErrorAndLeavesNothing() throws IOException {
        Path whole = write(temp.resolve("w"), tensor("a", DType.F32, i -> i, 100));
        Progress truncates = new Progress() {
            @Override
            public void stage(String name, int steps) {
                try (RandomAccessFile file = new RandomAccessFile(whole.toFile(), "rw")) {
                    file.setLength(file.length() - 10);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
        assertThatThrownBy(() -> Shards.merge(List.of(whole), temp.resolve("x"), false, truncates)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageContaining("while tensor a was read");
        assertThat(temp.toFile().list()).containsExactly("w");
    }

    @Test
    void cancellingLeavesNothing() {
        Path whole = whole();
        Progress cancels = new Progress() {
            @Override
            public boolean cancelled() {
                return true;
            }
        };
        assertThatThrownBy(() -> Shards.split(whole, temp.resolve("s"), 50, cancels)).isInstanceOf(CancelledException.class);
        assertThatThrownBy(() -> Shards.merge(List.of(whole), temp.resolve("x"), false, cancels)).isInstanceOf(CancelledException.class);
        assertThat(temp.toFile().list()).containsExactly("w.safetensors");
    }
}
