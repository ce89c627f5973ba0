package io.github.x2i4j.tests.golden;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.app.verify.CaseResult;
import io.github.x2i4j.app.verify.Components;
import io.github.x2i4j.app.verify.Verifier;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.FakeGpu;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.loader.weights.Checkpoints;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The GPU's ops pass the golden cases, on a device made of the CPU. The environment variable {@code X2I4J_GOLDEN_GPU} names a folder
 * of further cases.
 */
class GpuKernelsTest {
    /** rel_l2 of PyTorch's BF16 autocast against float32 on golden cases, as golden-cases.md lists them. */
    private static final Map<String, Double> TORCH_BF16 = Map.ofEntries(Map.entry("flux-transformer/gelu", 0.007),
            Map.entry("flux-transformer/no-guidance-b2-t5", 0.007), Map.entry("flux-transformer/ids-large", 0.007),
            Map.entry("flux-transformer/sharded-mixed-dtypes", 0.009), Map.entry("flux-transformer/epsilons", 0.017),
            Map.entry("flux-transformer/times-b3", 0.061), Map.entry("flux-transformer/out-channels", 0.24),
            Map.entry("flux-transformer/guidance-6x4-t7", 0.35), Map.entry("flux-transformer/guidance-b2-t77", 0.35),
            Map.entry("flux-transformer/guidance-values-b3", 0.35), Map.entry("flux-transformer/weights-bf16", 0.29),
            Map.entry("flux-transformer/weights-f16", 0.29), Map.entry("flux-transformer/ids-text", 0.37),
            Map.entry("flux-transformer/ids-first-axis", 0.46), Map.entry("vae-decode/quant-conv", 0.016),
            Map.entry("vae-decode/quant-conv-tiled", 0.016), Map.entry("vae-decode/flux-6x4", 0.016),
            Map.entry("vae-decode/flux-b2-5x7", 0.016), Map.entry("vae-decode/weights-bf16", 0.016));

    private static Engine engine;

    @BeforeAll
    static void open() throws Exception {
        engine = FakeGpu.open(2L << 30, Precision.F32);
    }

    @AfterAll
    static void close() {
        if (engine != null) {
            engine.close();
        }
    }

    @TestFactory
    Stream<DynamicNode> bundledCases() {
        return GoldenRun.tests(GoldenRun.BUNDLED, folder -> GoldenRun.pass(folder, engine));
    }

    @TestFactory
    Stream<DynamicNode> furtherCases() {
        return further() == null ? Stream.empty() : GoldenRun.tests(further(), c -> GoldenRun.pass(c, engine));
    }

    /** With factors in BF16, errors are within twice those that PyTorch's BF16 autocast has on the same cases, as the contract says. */
    @TestFactory
    Stream<DynamicTest> roundedFactorsCostNoMoreThanTwiceWhatTheyCostPyTorch() {
        return Stream.of(GoldenRun.BUNDLED, further()).filter(Objects::nonNull).flatMap(root -> TORCH_BF16.entrySet().stream()
                .map(e -> Map.entry(root.resolve("cases").resolve(e.getKey()), e.getValue()))).filter(e -> Files.isDirectory(e.getKey()))
                .map(e -> DynamicTest.dynamicTest(e.getKey().toString(), () -> roundedFactors(e.getKey(), e.getValue())));
    }

    private static void roundedFactors(Path folder, double torch) throws Exception {
        try (Engine rounding = FakeGpu.open(2L << 30, Precision.BF16)) {
            CaseResult result = new Verifier(Components.all(), Checkpoints::open, rounding, 1e4).verify(folder);
            assertThat(result.status()).as(result.line()).isEqualTo(CaseResult.Status.PASS);
            assertThat(result.checks()).allSatisfy(c -> assertThat(c.relL2()).as(result.line()).isBetween(1e-4, 2 * torch));
        }
    }

    private static Path further() {
        String folder = System.getenv("X2I4J_GOLDEN_GPU");
        return folder == null ? null : Path.of(folder);
    }
}
