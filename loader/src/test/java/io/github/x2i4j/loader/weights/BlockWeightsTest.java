package io.github.x2i4j.loader.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.gguf.GgufWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Block-quantised weights that are cut and joined, and GGUF files of model folders. */
class BlockWeightsTest {
    private static final int Q8_0 = 8;

    @TempDir
    Path folder;

    /** Blocks of Q8_0 with the scale 1, whose first element is the number of the block from {@code first} on. */
    private static byte[] blocks(int n, int first) {
        byte[] bytes = new byte[34 * n];
        for (int i = 0; i < n; i++) {
            bytes[34 * i + 1] = 0x3C;
            bytes[34 * i + 2] = (byte) (first + i);
        }
        return bytes;
    }

    @Test
    void rowsOfBlocksAreCutAsViewsAndJoinedAsBlocks() throws IOException {
        Path file = new GgufWriter().tensor("qkv.weight", Q8_0, blocks(6, 1), 64, 3).tensor("a", Q8_0, blocks(1, 7), 32, 1)
                .tensor("b", Q8_0, blocks(2, 8), 32, 2).floats("c", new long[] {32, 1}, new float[32]).write(folder.resolve("w.gguf"));
        try (Checkpoint c = Checkpoints.open(file)) {
            Weights w = Checkpoints.bind(c, NameMap.IDENTITY.cut("qkv", "q", "k", "v").join("ab", "a", "b"));
            assertThat(w.matrix("k.weight", 1, 64).getFloat(32)).isEqualTo(4);
            assertThat(w.matrix("k.weight", 1, 64).dtype()).isEqualTo(DType.Q8_0);
            assertThat(w.matrix("ab", 3, 32).dtype()).isEqualTo(DType.Q8_0);
            assertThat(w.matrix("ab", 3, 32).getFloat(64)).isEqualTo(9);
        }
        try (Checkpoint c = Checkpoints.open(file)) {
            Tensor bc = Checkpoints.bind(c, NameMap.IDENTITY.join("bc", "b", "c")).matrix("bc", 3, 32);
            assertThat(bc.dtype()).isEqualTo(DType.F32);
            assertThat(bc.getFloat(32)).isEqualTo(9);
        }
    }

    @Test
    void ggufFilesBesideAConfigurationAreTheWeightsOfTheFolder() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
        new GgufWriter().floats("language", new long[] {1}, 1).write(folder.resolve("model-Q8_0.gguf"));
        new GgufWriter().floats("vision", new long[] {1}, 2).write(folder.resolve("mmproj-F16.gguf"));
        try (Checkpoint c = Checkpoints.open(folder)) {
            assertThat(c.tensors()).containsOnlyKeys("language", "vision");
        }
        new GgufWriter().floats("language", new long[] {1}, 1).write(folder.resolve("model-Q4_0.gguf"));
        assertThatThrownBy(() -> Checkpoints.open(folder)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("several GGUF files to choose from").hasMessageContaining("model-Q4_0.gguf");
    }
}
