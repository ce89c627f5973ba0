package io.github.x2i4j.loader.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.hostile.Hostile;
import io.github.x2i4j.loader.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Hostile
class ShardIndexTest {
    @TempDir
    Path temp;
    private Path folder;

    @BeforeEach
    void twoShards() throws IOException {
        folder = Files.createDirectory(temp.resolve("model"));
        new SafetensorsWriter().floats("a", new long[] {1}, 1).floats("b", new long[] {1}, 2).write(folder.resolve("one.safetensors"));
        new SafetensorsWriter().floats("c", new long[] {1}, 3).write(folder.resolve("two.safetensors"));
        new SafetensorsWriter().floats("a", new long[] {1}, 4).write(folder.resolve("again.safetensors"));
        new SafetensorsWriter().floats("x", new long[] {1}, 4).write(temp.resolve("outside.safetensors"));
        Files.writeString(folder.resolve("text.safetensors"), "no weights at all");
    }

    private Path index(String json) throws IOException {
        return Files.writeString(folder.resolve("model.safetensors.index.json"), json);
    }

    @Test
    void tensorsOfAllShardsAreOneCheckpointAndTheTotalSizeIsNotBelieved() throws IOException {
        index("{\"metadata\": {\"total_size\": 99999999999999}, \"weight_map\": "
                + "{\"a\": \"one.safetensors\", \"b\": \"one.safetensors\", \"c\": \"two.safetensors\"}}");
        try (Checkpoint c = Checkpoints.open(folder)) {
            assertThat(c.path()).isEqualTo(folder);
            assertThat(c.tensors().keySet()).containsExactly("a", "b", "c");
            assertThat(c.tensor("b").toFloats()).containsExactly(2);
            assertThat(c.tensor("c").toFloats()).containsExactly(3);
            assertThat(c.tensors().get("c").file()).isEqualTo(folder.resolve("two.safetensors"));
        }
    }

    @Test
    void aSingleFileGoesBeforeAnIndexAndAnyIndexOfTheUsualNamesIsFound() throws IOException {
        index("{}");
        new SafetensorsWriter().floats("s", new long[] {1}, 5).write(folder.resolve("diffusion_pytorch_model.safetensors"));
        try (Checkpoint c = Checkpoints.open(folder)) {
            assertThat(c.tensors().keySet()).containsExactly("s");
        }
        Files.delete(folder.resolve("diffusion_pytorch_model.safetensors"));
        Files.delete(folder.resolve("model.safetensors.index.json"));
        Files.writeString(folder.resolve("diffusion_pytorch_model.safetensors.index.json"), "{\"weight_map\": {\"c\": \"two.safetensors\"}}");
        try (Checkpoint c = Checkpoints.open(folder)) {
            assertThat(c.tensors().keySet()).containsExactly("c");
        }
    }

    static Stream<Arguments> hostile() {
        return Stream.of(
                arguments("{}", "field weight_map is missing"),
                arguments("{\"weight_map\": []}", "field weight_map is no object"),
                arguments("{\"weight_map\": {}}", "weight_map is empty"),
                arguments("{\"weight_map\": {\"a\": 1}}", "weight_map names no file for tensor a"),
                arguments("{\"weight_map\": {\"a\": \"one.safetensors\", \"a\": \"two.safetensors\"}}", "tensor a stands twice in weight_map (byte 45)"),
                arguments("{\"weight_map\": {\"x\": \"../outside.safetensors\"}}", "../outside.safetensors, expected a file inside the folder"),
                arguments("{\"weight_map\": {\"x\": \"sub/../../outside.safetensors\"}}", "expected a file inside the folder"),
                arguments("{\"weight_map\": {\"x\": \"/etc/passwd\"}}", "/etc/passwd, expected a file inside the folder"),
                arguments("{\"weight_map\": {\"x\": \"\"}}", "(empty name), expected a file inside the folder"),
                arguments("{\"weight_map\": {\"x\": \"a\\u0000b\"}}", "a\\u0000b, which is no file name"),
                arguments("{\"weight_map\": {\"x\": \".\"}}", "this is a folder, expected a file"),
                arguments("{\"weight_map\": {\"x\": \"three.safetensors\"}}", "three.safetensors, which is missing"),
                arguments("{\"weight_map\": {\"x\": \"text.safetensors\"}}", "the header length at byte 0"),
                arguments("{\"weight_map\": {\"a\": \"one.safetensors\", \"d\": \"two.safetensors\"}}",
                        "tensor d should be in two.safetensors, but is in none of the files"),
                arguments("{\"weight_map\": {\"a\": \"one.safetensors\", \"b\": \"two.safetensors\"}}",
                        "tensor b should be in two.safetensors, but is in one.safetensors"),
                arguments("{\"weight_map\": {\"a\": \"again.safetensors\", \"b\": \"one.safetensors\"}}",
                        "tensor a is both in again.safetensors and in one.safetensors"));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void aHostileIndexIsRefused(String json, String expected) throws IOException {
        Path index = index(json);
        assertThatThrownBy(() -> Checkpoints.open(folder)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(index.getParent().toString()).hasMessageContaining(expected);
    }

    @Test
    void aLinkOutOfTheFolderIsRefusedAndOneInsideIsFollowed() throws IOException {
        Files.createSymbolicLink(folder.resolve("link.safetensors"), temp.resolve("outside.safetensors"));
        index("{\"weight_map\": {\"x\": \"link.safetensors\"}}");
        assertThatThrownBy(() -> Checkpoints.open(folder)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageContaining("link.safetensors, a link that leads out of the folder");
        Files.createSymbolicLink(folder.resolve("inside.safetensors"), Path.of("two.safetensors"));
        index("{\"weight_map\": {\"c\": \"inside.safetensors\"}}");
        try (Checkpoint c = Checkpoints.open(folder)) {
            assertThat(c.tensor("c").toFloats()).containsExactly(3);
        }
    }

    @Test
    void theLinksOfTheHuggingFaceCacheAreFollowed() throws IOException {
        Path blobs = Files.createDirectories(temp.resolve("models--org--name/blobs"));
        Path snapshot = Files.createDirectories(temp.resolve("models--org--name/snapshots/abc"));
        Files.copy(folder.resolve("two.safetensors"), blobs.resolve("0123"));
        Files.createSymbolicLink(snapshot.resolve("model-1.safetensors"), Path.of("../../blobs/0123"));
        Files.writeString(snapshot.resolve("model.safetensors.index.json"), "{\"weight_map\": {\"c\": \"model-1.safetensors\"}}");
        try (Checkpoint c = Checkpoints.open(snapshot)) {
            assertThat(c.tensor("c").toFloats()).containsExactly(3);
        }
    }

    @Test
    void aFolderWithoutWeightsNamesWhatItHoldsInstead() throws IOException {
        assertThatThrownBy(() -> Checkpoints.open(folder)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(folder + ": holds no weights under the usual names")
                .hasMessageContaining("name one of its files instead: again.safetensors, one.safetensors");
        Path empty = Files.createDirectory(temp.resolve("empty"));
        assertThatThrownBy(() -> Checkpoints.open(empty)).isExactlyInstanceOf(InvalidInputException.class).hasMessageEndingWith("diffusion_pytorch_model.bin)");
        assertThatThrownBy(() -> Checkpoints.open(temp.resolve("none"))).hasMessage(temp.resolve("none") + ": there is no such file or folder");
    }
}
