package io.github.x2i4j.tests.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A mapped file that is cut while it is in use, in a virtual machine of its own, since a mistake there ends the process. */
class TruncatedFileTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"SCALAR, 0", "VECTOR, 128", "VECTOR, 256", "MACHINE, 0", "AUTO, 0", "GPU, 0"})
    void everyOpTellsThatItsFileWasCut(String kernels, String bits) throws IOException, InterruptedException {
        Path file = folder.resolve("w.safetensors");
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
                "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                TruncatedFile.class.getName(), file.toString(), kernels, bits));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        if (kernels.equals("MACHINE") && printed.contains("UnsupportedFeatureException")) {
            return; // this processor has none of the instructions
        }
        assertThat(process.exitValue()).as(printed).isZero();
        List<String> lines = printed.lines().filter(l -> !l.startsWith("WARNING")).toList();
        assertThat(lines).hasSizeGreaterThan(50).last().isEqualTo("done");
        assertThat(lines).contains("held 0");
        assertThat(lines.subList(1, lines.size() - 2)).filteredOn(l -> !l.endsWith("not an op of this type"))
                .hasSizeGreaterThan(kernels.equals("GPU") ? 35 : 45)
                .allSatisfy(l -> assertThat(l).contains("InvalidInputException: " + file + ": was cut from ").contains(" to 200 bytes while it was in use"));
    }
}
