package io.github.x2i4j.tools.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputPlaceTest {
    @TempDir
    Path temp;

    private static void put(OutputPlace place, String name) throws IOException {
        try (FileChannel c = place.open(name)) {
            c.write(ByteBuffer.wrap("new".getBytes()));
        }
    }

    @Test
    void aFileAppearsWhenItIsComplete() throws IOException {
        Path file = temp.resolve("w.safetensors");
        try (OutputPlace place = OutputPlace.file(file, false, List.of(), 3)) {
            put(place, null);
            assertThat(file).doesNotExist();
            place.commit();
        }
        assertThat(file).hasContent("new");
        assertThat(temp.toFile().list()).containsExactly("w.safetensors");
    }

    @Test
    void aFolderAppearsWhenItIsComplete() throws IOException {
        Path folder = temp.resolve("m");
        try (OutputPlace place = OutputPlace.folder(folder, List.of(), 3)) {
            put(place, "transformer/w");
            place.text("config.json", "{}");
            assertThat(folder).doesNotExist();
            place.commit();
        }
        assertThat(folder.resolve("transformer/w")).hasContent("new");
        assertThat(folder.resolve("config.json")).hasContent("{}");
        assertThat(temp.toFile().list()).containsExactly("m");
    }

    @Test
    void whatIsNotCommittedIsTakenAway() throws IOException {
        try (OutputPlace place = OutputPlace.folder(temp.resolve("m"), List.of(), 3)) {
            put(place, "a/b/c");
        }
        try (OutputPlace place = OutputPlace.file(temp.resolve("f"), false, List.of(), 3)) {
            put(place, null);
        }
        assertThat(temp.toFile().list()).isEmpty();
    }

    @Test
    void whatStandsThereStaysUnlessItMayBeReplaced() throws IOException {
        Path file = Files.writeString(temp.resolve("w"), "old");
        assertThatThrownBy(() -> OutputPlace.file(file, false, List.of(), 3)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageContaining("exists already").hasMessageContaining("--force");
        try (OutputPlace place = OutputPlace.file(file, true, List.of(), 3)) {
            put(place, null);
            assertThat(file).hasContent("old");
            place.commit();
        }
        assertThat(file).hasContent("new");
    }

    @Test
    void aSourceIsNeverReplacedWhateverItIsCalled() throws IOException {
        Path source = Files.writeString(temp.resolve("w"), "old");
        Path link = Files.createSymbolicLink(temp.resolve("link"), source);
        Path hard = Files.createLink(temp.resolve("hard"), source);
        for (Path target : List.of(source, link, hard, temp.resolve("x/../w").normalize())) {
            assertThatThrownBy(() -> OutputPlace.file(target, true, List.of(source), 3)).isExactlyInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("is what is being read");
        }
        assertThat(source).hasContent("old");
    }

    @Test
    void foldersWithSomethingInThemAreLeftAlone() throws IOException {
        Path folder = Files.createDirectory(temp.resolve("m"));
        try (OutputPlace place = OutputPlace.folder(folder, List.of(), 0)) {
            place.text("a", "b");
            place.commit();
        }
        assertThat(folder.resolve("a")).hasContent("b");
        assertThatThrownBy(() -> OutputPlace.folder(folder, List.of(), 0)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageContaining("something in it");
        assertThatThrownBy(() -> OutputPlace.folder(folder.resolve("a"), List.of(), 0)).hasMessageContaining("is a file");
        assertThatThrownBy(() -> OutputPlace.file(folder, true, List.of(), 0)).hasMessageContaining("is a folder");
        assertThatThrownBy(() -> OutputPlace.file(folder.resolve("a/b"), true, List.of(), 0)).hasMessageContaining("is no folder");
        assertThatThrownBy(() -> OutputPlace.file(folder.resolve("none/b"), true, List.of(), 0)).hasMessageContaining("does not exist");
    }

    @Test
    void theDiskMustHoldItWithSomethingToSpare() {
        Path target = temp.resolve("w");
        assertThatCode(() -> OutputPlace.checkRoom(target, 1_000_000_000, 2_000_000_000)).doesNotThrowAnyException();
        assertThatThrownBy(() -> OutputPlace.checkRoom(target, 24_000_000_000L, 10_000_000_000L)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessage(target + " needs 24.00 GB, but only 10.00 GB are free there; free 14.02 GB or name a place on another disk");
        assertThatThrownBy(() -> OutputPlace.file(target, false, List.of(), 1L << 60)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageContaining("are free there");
        assertThat(temp.toFile().list()).isEmpty();
    }
}
