package io.github.x2i4j.tests.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.github.x2i4j.app.verify.CaseResult;
import io.github.x2i4j.app.verify.Outputs.Numbers;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.EngineOptions.KernelChoice;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * A kernel set passes the golden cases, and gives the same bits with one thread and with two.
 *
 * <p>A class for each set, since each test class runs in a process of its own: what the compiler learns about one width would slow
 * the others down, and no program uses two.
 */
abstract class KernelSet {
    /** One case of every network and of each pipeline; the others run with the default kernels. */
    private static final String[] CASES = {"alignnet/cnn", "alignnet/t5-cnn", "clip-text/gelu", "t5-encoder/weights-bf16",
        "flux-transformer/weights-bf16", "vae-decode/quant-conv", "vae-decode/quant-conv-tiled", "vae-encode/quant-conv",
        "qwen2_5_vl/answer-text", "flux-pipeline/schnell-4-steps",
        "flux-pipeline/img2img-strength-0.3-resized", "x2i-pipeline/demo-image-text", "x2i-pipeline/internvl-image-text"};

    private final KernelChoice kernels;
    private final int vectorBits;

    KernelSet(KernelChoice kernels, int vectorBits) {
        this.kernels = kernels;
        this.vectorBits = vectorBits;
    }

    @TestFactory
    Stream<DynamicTest> passesWithTheSameBitsForAnyNumberOfThreads() {
        return Stream.of(CASES).map(c -> DynamicTest.dynamicTest(c, () -> check(GoldenRun.BUNDLED.resolve("cases").resolve(c))));
    }

    private void check(Path folder) {
        CaseResult one = run(folder, 1);
        CaseResult two = run(folder, 2);
        Map<String, Numbers> expected = one.outputs().numbers();
        assertThat(expected).isNotEmpty();
        assertThat(two.outputs().numbers()).hasSameSizeAs(expected);
        expected.forEach((output, numbers) -> {
            Numbers again = two.outputs().numbers().get(output);
            assertThat(again.shape()).as(output).isEqualTo(numbers.shape());
            assertThat(again.values()).as(output).containsExactly(numbers.values());
        });
        assertThat(two.outputs().json()).isEqualTo(one.outputs().json());
    }

    private CaseResult run(Path folder, int threads) {
        try (Engine engine = open(threads)) {
            assertThat(engine.info().kernels()).isEqualToIgnoringCase(kernels.name());
            assertThat(engine.info().threads()).isEqualTo(threads);
            return GoldenRun.pass(folder, engine);
        }
    }

    private Engine open(int threads) {
        try {
            return Engine.open(new EngineOptions(kernels, vectorBits, threads));
        } catch (UnsupportedFeatureException e) {
            // every processor has vectors of 128 bits, few have those of 512, and not all run machine code
            return vectorBits > 128 || kernels == KernelChoice.MACHINE ? abort(e.getMessage()) : fail(e);
        }
    }

    private static Engine fail(UnsupportedFeatureException e) {
        throw new AssertionError(e.getMessage(), e);
    }
}
