package io.github.x2i4j.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few seconds of coverage-guided search in a process of its own, with as much heap as small programs have. */
class FuzzingTest {
    @TempDir
    Path folder;

    @Test
    void aShortSearchThroughAllParsersFindsNothing() throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m",
                "-XX:+UseSerialGC", "-XX:+EnableDynamicAgentLoading", "--sun-misc-unsafe-memory-access=allow", "-cp",
                System.getProperty("java.class.path"), Fuzz.class.getName(), "any", "4s")).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("JAZZER_FUZZ", "1");
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(printed).isZero();
        assertThat(printed).contains("INITED").contains("nothing found");
    }
}
