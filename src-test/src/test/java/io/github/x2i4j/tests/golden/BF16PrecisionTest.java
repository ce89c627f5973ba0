package io.github.x2i4j.tests.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.github.x2i4j.app.verify.CaseResult;
import io.github.x2i4j.app.verify.Components;
import io.github.x2i4j.app.verify.Verifier;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.EngineOptions.KernelChoice;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.weights.Checkpoints;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * With factors in BF16, networks stay within twice the error that PyTorch's BF16 autocast has on the same cases, and differ from F32,
 * on processors that multiply BF16.
 */
class BF16PrecisionTest {
    @ParameterizedTest
    @CsvSource({"flux-transformer/weights-bf16, 0.29", "vae-decode/quant-conv, 0.016", "vae-decode/quant-conv-tiled, 0.016"})
    void errorsAreWithinTwiceThoseOfPyTorch(String name, double torch) {
        try (Engine engine = open()) {
            CaseResult result = new Verifier(Components.all(), Checkpoints::open, engine, 1e4)
                    .verify(GoldenRun.BUNDLED.resolve("cases").resolve(name));
            assertThat(result.status()).as(result.line()).isEqualTo(CaseResult.Status.PASS);
            assertThat(result.checks()).allSatisfy(c -> assertThat(c.relL2()).as(result.line()).isBetween(1e-4, 2 * torch));
        }
    }

    private static Engine open() {
        try {
            Engine engine = Engine.open(new EngineOptions(KernelChoice.MACHINE, 0, 2, null, Precision.BF16));
            if (engine.info().precision() == Precision.BF16) {
                return engine;
            }
            engine.close();
            return abort("this processor does not multiply BF16");
        } catch (UnsupportedFeatureException e) {
            return abort(e.getMessage());
        }
    }
}
