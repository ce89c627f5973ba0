package io.github.x2i4j.tests.library;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.demo.DemoBundle;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.FakeGpu;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.model.X2i;
import io.github.x2i4j.model.X2iRequest;
import io.github.x2i4j.model.pipeline.Bundle;
import io.github.x2i4j.model.pipeline.Progress;
import org.junit.jupiter.api.Test;

/** What a GPU's precisions do to the demo's picture, on a device made of the CPU. */
class GpuPrecisionTest {
    @Test
    void picturesOfFewerBitsAreCloseToTheCpus() throws Exception {
        byte[] exact;
        try (Engine cpu = Engine.open(EngineOptions.DEFAULT)) {
            exact = draw(cpu);
        }
        assertThat(psnr(exact, draw(Precision.F32))).as("f32").isGreaterThan(40);
        assertThat(psnr(exact, draw(Precision.BF16))).as("bf16").isGreaterThan(40);
        assertThat(psnr(exact, draw(Precision.FP8))).as("fp8").isGreaterThan(28);
    }

    private static byte[] draw(Precision precision) throws Exception {
        try (Engine gpu = FakeGpu.open(4L << 30, precision)) {
            return draw(gpu);
        }
    }

    private static byte[] draw(Engine engine) {
        try (X2i x2i = X2i.open(Bundle.open(DemoBundle.unpack()), engine, false)) {
            X2iRequest request = X2iRequest.builder().text("red apple on a blue background").seed(6).size(64, 64).build();
            return x2i.generate(request, Progress.NONE).pictures().getFirst().image().rgb();
        }
    }

    private static double psnr(byte[] a, byte[] b) {
        double squares = 0;
        for (int i = 0; i < a.length; i++) {
            squares += Math.pow((a[i] & 0xFF) - (b[i] & 0xFF), 2);
        }
        return 10 * Math.log10(255.0 * 255 * a.length / squares);
    }
}
