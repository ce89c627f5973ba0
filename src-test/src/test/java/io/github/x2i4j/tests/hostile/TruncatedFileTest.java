package io.github.x2i4j.tests.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.x2i4j.engine.DType;
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
    @CsvSource({"SCALAR, 0", "VECTOR, 128", "VECTOR, 256", "VECTOR, 512", "MACHINE, 0", "AUTO, 0", "GPU, 0"})
    void everyOpTellsThatItsFileWasCut(String kernels, String bits) throws IOException, InterruptedException {
        Path file = folder.resolve("w.safetensors");
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
                "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                TruncatedFile.class.getName(), file.toString(), kernels, bits));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assumeFalse(!printed.contains("kernels ") && printed.contains("UnsupportedFeatureException"), "this processor has none of the instructions");
        assertThat(process.exitValue()).as(printed).isZero();
        List<String> lines = printed.lines().filter(l -> !l.startsWith("WARNING")).toList();
        assertThat(lines).last().isEqualTo("done");
        assertThat(lines).contains("held 0");
        List<String> ops = lines.subList(1, lines.size() - 2).stream().filter(l -> !l.endsWith("not an op of this type")).toList();
        for (DType type : DType.values()) {
            assertThat(ops).filteredOn(l -> l.startsWith(type + " ")).as("%s", type).hasSizeGreaterThanOrEqualTo(!type.isFloat() ? 0 : kernels.equals("GPU") ? 4 : 6);
        }
        assertThat(ops).allSatisfy(l -> assertThat(l).contains("InvalidInputException: " + file + ": was cut from ")
                .contains(" to 200 bytes while it was in use"));
    }
}
