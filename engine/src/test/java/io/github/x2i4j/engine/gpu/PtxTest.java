package io.github.x2i4j.engine.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The committed PTX belongs to the committed sources, and assembles for every kind of device that it is meant for. */
class PtxTest {
    private static final Path SOURCES = Path.of("src/main/cuda").toAbsolutePath();
    private static final Path PTX = Path.of("src/main/resources/io/github/x2i4j/engine/gpu").toAbsolutePath();

    @Test
    void thePtxIsWhatTheSourcesCompileTo(@TempDir Path folder) throws Exception {
        assumeTool("nvcc");
        // Other releases of the compiler write other text.
        String release = run(folder, "nvcc", "--version");
        String committed = Files.readString(PTX.resolve("norms.ptx")).lines().findFirst().orElseThrow();
        Assumptions.assumeTrue(release.contains(committed.replaceAll(".*release (\\d+\\.\\d+).*", "release $1")), "another nvcc: " + release);
        // Compiled at another path: where a clone lies must not matter.
        Path sources = Files.createDirectory(folder.resolve("sources"));
        try (Stream<Path> files = Files.list(SOURCES)) {
            for (Path file : files.toList()) {
                Files.copy(file, sources.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        Path made = folder.resolve("made");
        run(sources, "./build", made.toString());
        for (String source : Kernels.all()) {
            assertThat(made.resolve(source + ".ptx")).as("%s.ptx; run src/main/cuda/build", source)
                    .hasSameTextualContentAs(PTX.resolve(source + ".ptx"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sm_80", "sm_86", "sm_89", "sm_90"})
    void thePtxAssembles(String architecture) throws Exception {
        assumeTool("ptxas");
        for (String source : Kernels.SOURCES) {
            run(PTX, "ptxas", "-arch=" + architecture, source + ".ptx", "-o", "/dev/null");
        }
    }

    @Test
    void hoppersPtxAssemblesWithoutAProductThatWaitsForAnother() throws Exception {
        assumeTool("ptxas");
        // The assembler warns where it cannot let products go on beside other work.
        assertThat(run(PTX, "ptxas", "-arch=sm_90a", Kernels.HOPPER + ".ptx", "-o", "/dev/null")).isEmpty();
    }

    private static void assumeTool(String name) {
        Assumptions.assumeTrue(Stream.of(System.getenv("PATH").split(File.pathSeparator)).anyMatch(f -> Files.isExecutable(Path.of(f, name))),
                "no " + name + " on this machine");
    }

    private static String run(Path folder, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as("%s: %s", String.join(" ", command), output).isZero();
        return output;
    }
}
