package io.github.x2i4j.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoBundleTest {
    private final Manifest manifest = DemoBundle.manifest();

    @TempDir
    Path folder;

    @Test
    void manifestSaysWhatIsShipped() throws IOException, URISyntaxException {
        Path shipped = Path.of(DemoBundle.class.getResource("/demo-bundle/x2i.json").toURI()).getParent();
        String actual = Manifest.of(shipped).text();
        Path remedy = Files.writeString(Path.of("target", "demo-bundle.sha256"), actual);
        assertThat(manifest.text()).as("copy %s over src/main/resources/demo-bundle.sha256", remedy).isEqualTo(actual);
    }

    @Test
    void unpacksEveryFileAndNothingElse() throws IOException {
        Path bundle = DemoBundle.unpack(manifest, folder, false);
        assertThat(Manifest.of(bundle)).isEqualTo(manifest);
        assertThat(list(folder)).containsExactlyInAnyOrder("demo-" + manifest.version(), "demo.lock");
    }

    @Test
    void unpacksOnce() throws IOException {
        Path first = DemoBundle.unpack(manifest, folder, false);
        FileTime written = FileTime.fromMillis(1_000_000_000_000L);
        Files.setLastModifiedTime(first.resolve("x2i.json"), written);
        Path second = DemoBundle.unpack(manifest, folder, true);
        assertThat(second).isEqualTo(first);
        assertThat(Files.getLastModifiedTime(second.resolve("x2i.json"))).isEqualTo(written);
    }

    @Test
    void repairsACopyThatLacksAFileOrWasCut() throws IOException {
        Path bundle = DemoBundle.unpack(manifest, folder, false);
        Files.delete(bundle.resolve("x2i.json"));
        Files.writeString(bundle.resolve("mllm/config.json"), "{}");
        DemoBundle.unpack(manifest, folder, false);
        assertThat(Manifest.of(bundle)).isEqualTo(manifest);
        assertThat(list(folder)).containsExactlyInAnyOrder("demo-" + manifest.version(), "demo.lock");
    }

    @Test
    void whatAStoppedProcessLeftGoesAway() throws IOException {
        Files.createDirectories(folder.resolve("demo-unpacking/flux"));
        Files.createFile(folder.resolve("demo-unpacking/flux/half"));
        Path bundle = DemoBundle.unpack(manifest, folder, false);
        assertThat(Manifest.of(bundle)).isEqualTo(manifest);
        assertThat(list(folder)).containsExactlyInAnyOrder("demo-" + manifest.version(), "demo.lock");
    }

    @Test
    void aForgedCopyAmongTheTemporaryFilesIsReplaced() throws IOException {
        Path bundle = DemoBundle.unpack(manifest, folder, true);
        byte[] config = Files.readAllBytes(bundle.resolve("x2i.json"));
        config[5] ^= 1;
        Files.write(bundle.resolve("x2i.json"), config);
        assertThat(DemoBundle.unpack(manifest, folder, true)).isEqualTo(bundle);
        assertThat(Manifest.of(bundle)).isEqualTo(manifest);
    }

    @Test
    void manyAtOnceGetOneCompleteCopy() throws Exception {
        Callable<Path> unpack = () -> {
            Path bundle = DemoBundle.unpack(manifest, folder, false);
            assertThat(manifest.matches(bundle, true)).isTrue();
            return bundle;
        };
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Path>> results = threads.invokeAll(List.of(unpack, unpack, unpack, unpack));
            for (Future<Path> result : results) {
                assertThat(result.get()).isEqualTo(folder.resolve("demo-" + manifest.version()));
            }
        }
        assertThat(list(folder)).containsExactlyInAnyOrder("demo-" + manifest.version(), "demo.lock");
    }

    @Test
    void fallsBackToTheTemporaryFolder() throws IOException {
        Path file = Files.createFile(folder.resolve("a-file"));
        Path temporary = folder.resolve("temporary");
        assertThat(DemoBundle.unpack(manifest, file.resolve("cache"), temporary)).startsWith(temporary);
        assertThat(DemoBundle.unpack(manifest, null, temporary)).startsWith(temporary);
    }

    @Test
    void saysSoWhereNothingCanBeWritten() throws IOException {
        Path file = Files.createFile(folder.resolve("a-file"));
        assertThatThrownBy(() -> DemoBundle.unpack(manifest, file.resolve("cache"), file.resolve("temporary")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(file.resolve("cache").toString())
                .hasMessageContaining(file.resolve("temporary").toString())
                .hasMessageContaining("--bundle");
    }

    private static Set<String> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).collect(Collectors.toSet());
        }
    }
}
