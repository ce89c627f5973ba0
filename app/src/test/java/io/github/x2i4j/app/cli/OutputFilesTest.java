package io.github.x2i4j.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFilesTest {
    private static final byte[] PICTURE = {1, 2, 3};

    @TempDir
    Path folder;

    @Test
    void onePictureHasTheNameGiven() throws IOException {
        Path file = folder.resolve("out.png");
        OutputFiles files = OutputFiles.plan(file, "x2i-7", 1, 100);
        assertThat(folder).isEmptyDirectory();
        assertThat(files.write(0, PICTURE)).isFalse();
        assertThat(file).hasBinaryContent(PICTURE);
        assertThat(list()).containsExactly("out.png");
    }

    @Test
    void severalPicturesAreNumbered() {
        OutputFiles files = OutputFiles.plan(folder.resolve("out.PNG"), "x2i-7", 2, 100);
        assertThat(List.of(files.file(0), files.file(1))).containsExactly(folder.resolve("out-1.PNG"), folder.resolve("out-2.PNG"));
    }

    @Test
    void aNamedFileIsReplacedAndThatIsTold() throws IOException {
        Path file = Files.writeString(folder.resolve("out.png"), "old");
        assertThat(OutputFiles.plan(file, "x2i-7", 1, 100).write(0, PICTURE)).isTrue();
        assertThat(file).hasBinaryContent(PICTURE);
    }

    @Test
    void inAFolderNothingIsReplaced() throws IOException {
        assertThat(OutputFiles.plan(folder, "x2i-7", 1, 100).file(0)).isEqualTo(folder.resolve("x2i-7.png"));
        Files.createFile(folder.resolve("x2i-7.png"));
        Files.createFile(folder.resolve("x2i-7-3.png"));
        assertThat(OutputFiles.plan(folder, "x2i-7", 1, 100).file(0)).isEqualTo(folder.resolve("x2i-7-2.png"));
        OutputFiles three = OutputFiles.plan(folder, "x2i-7", 3, 100);
        assertThat(List.of(three.file(0), three.file(1), three.file(2))).extracting(f -> f.getFileName().toString())
                .containsExactly("x2i-7-1.png", "x2i-7-2.png", "x2i-7-4.png");
    }

    @Test
    void placesThatCannotBeWrittenAreRefusedBeforehand() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        refused(() -> OutputFiles.plan(folder.resolve("no/out.png"), "x2i-7", 1, 1), "out.png", "folder " + folder.resolve("no"));
        refused(() -> OutputFiles.plan(file.resolve("out.png"), "x2i-7", 1, 1), file + " is no folder");
        refused(() -> OutputFiles.plan(folder.resolve("out.jpg"), "x2i-7", 1, 1), "out.jpg", ".png");
        refused(() -> OutputFiles.plan(folder.resolve(".png"), "x2i-7", 1, 1), ".png");
        refused(() -> OutputFiles.plan(folder.resolve("out.png"), "x2i-7", 2, Long.MAX_VALUE / 4), "are free there");
        assertThat(list()).containsExactly("file");
    }

    @Test
    void aFolderInThePlaceOfOneOfThePicturesIsRefused() throws IOException {
        Files.createDirectory(folder.resolve("out-2.png"));
        refused(() -> OutputFiles.plan(folder.resolve("out.png"), "x2i-7", 2, 1), "out-2.png is a folder");
    }

    @Test
    void whatCannotBeWrittenLeavesNothingBehind() throws IOException {
        Path file = folder.resolve("out.png");
        OutputFiles files = OutputFiles.plan(file, "x2i-7", 1, 1);
        Files.createDirectory(file);
        Files.createFile(file.resolve("inside"));
        refused(() -> files.write(0, PICTURE), "out.png", "cannot be written");
        assertThat(list()).containsExactly("out.png");
    }

    private static void refused(ThrowingCallable plan, String... parts) {
        assertThatThrownBy(plan).isInstanceOf(InvalidInputException.class).hasMessageContaining("--output")
                .hasMessageContainingAll(parts);
    }

    private List<String> list() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).toList();
        }
    }
}
