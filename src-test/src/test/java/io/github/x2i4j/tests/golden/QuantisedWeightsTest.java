package io.github.x2i4j.tests.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.x2i4j.app.verify.CaseResult;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.model.pipeline.Progress;
import io.github.x2i4j.tools.convert.Conversion;
import io.github.x2i4j.tools.convert.Names;
import io.github.x2i4j.tools.convert.TypeRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A golden case of a transformer whose weights are quantised first, with the bound of each type. Its weights are random, which is the
 * hardest case: nothing averages out. Needs the folder that {@code X2I4J_GOLDEN} names.
 */
class QuantisedWeightsTest {
    @TempDir
    Path temp;

    @ParameterizedTest
    @CsvSource({"F16,0.0001", "BF16,0.0001", "Q8_0,0.02", "Q6_K,0.05", "Q5_K,0.12", "Q5_1,0.12", "Q5_0,0.15", "Q4_K,0.18", "Q4_1,0.2", "Q4_0,0.28"})
    void theOutputStaysWithinTheBoundOfTheType(DType dtype, String bound) throws IOException {
        String golden = System.getenv("X2I4J_GOLDEN");
        assumeTrue(golden != null, "X2I4J_GOLDEN names no folder");
        Path original = Path.of(golden, "cases/flux-transformer/single-file-128");
        assumeTrue(Files.isDirectory(original), original + " is not there");
        Path folder = Files.createDirectory(temp.resolve("case"));
        try (var files = Files.list(original)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName().toString()));
            }
        }
        new Conversion(new TypeRules(dtype, List.of()), Names.STORED, 1 << 30, false).run(
                Path.of(golden, "models/flux-single/flux-128.safetensors"), temp.resolve("w.gguf"), Progress.NONE);
        String json = Files.readString(original.resolve("case.json"));
        String quantised = json.replaceFirst("\"model\": \"[^\"]*\"", "\"model\": \"../w.gguf\"").replaceFirst("\"rel_l2\": [0-9.e-]+",
                "\"rel_l2\": " + bound);
        assertThat(quantised).isNotEqualTo(json);
        Files.delete(folder.resolve("case.json"));
        Files.writeString(folder.resolve("case.json"), quantised);
        try (Engine engine = Engine.open(EngineOptions.DEFAULT)) {
            assertThat(GoldenRun.pass(folder, engine).status()).isEqualTo(CaseResult.Status.PASS);
        }
    }
}
