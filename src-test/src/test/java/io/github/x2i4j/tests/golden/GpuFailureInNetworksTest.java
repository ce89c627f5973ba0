package io.github.x2i4j.tests.golden;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.app.verify.CaseResult;
import io.github.x2i4j.app.verify.Components;
import io.github.x2i4j.app.verify.Verifier;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.FakeGpu;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.gpu.CudaException;
import io.github.x2i4j.engine.gpu.DeviceCode;
import io.github.x2i4j.engine.gpu.FakeCuda;
import io.github.x2i4j.engine.gpu.OutOfDeviceMemoryException;
import io.github.x2i4j.loader.weights.Checkpoints;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A GPU that fails in the midst of a network, whose weights lie in mapped files. */
class GpuFailureInNetworksTest {
    private static final Path NETWORK = GoldenRun.BUNDLED.resolve("cases/vae-decode/quant-conv");
    /** Calls between two that fail. */
    private static final long STRIDE = 53;

    private static CaseResult run(Engine engine) {
        return new Verifier(Components.all(), Checkpoints::open, engine, 1).verify(NETWORK);
    }

    @Test
    void theSameEngineComputesItRightAfterwards() throws Exception {
        FakeCuda cuda = new FakeCuda(DeviceCode.load(), 1L << 30);
        int notTakenBack = 0;
        try (Engine engine = FakeGpu.open(cuda, Precision.F32)) {
            assertThat(run(engine).status()).isEqualTo(CaseResult.Status.PASS);
            long held = engine.memory().inUse();
            long before = cuda.calls();
            run(engine);
            long calls = cuda.calls() - before;
            int failed = 0;
            for (long n = 0; n < calls; n += STRIDE) {
                cuda.failAfter(n, 1);
                CaseResult result = run(engine);
                cuda.failAfter(Long.MAX_VALUE / 2, 0);
                if (result.status() != CaseResult.Status.PASS) {
                    failed++;
                    notTakenBack += result.failure().getMessage().startsWith("cuMemFree failed") ? 1 : 0;
                    assertThat(result.failure()).as("call %d of %d fails", n, calls).isInstanceOf(CudaException.class);
                }
                assertThat(engine.memory().inUse()).as("after call %d of %d failed", n, calls).isEqualTo(held);
            }
            assertThat(failed).isGreaterThan(5);
            assertThat(run(engine).status()).isEqualTo(CaseResult.Status.PASS);
        }
        // What the device does not take back when it is asked to, nobody asks it again.
        assertThat(Integer.parseInt(cuda.leftovers().replaceFirst(" .*", ""))).isLessThanOrEqualTo(notTakenBack);
        assertThat(cuda.leftovers().replaceFirst("^\\d+", "0")).isEqualTo(new FakeCuda(null, 0).leftovers());
    }

    @Test
    void withTooLittleMemoryItIsRefusedAndNothingStaysBehind() throws Exception {
        int refused = 0;
        int passed = 0;
        for (long bytes = 1 << 16; bytes < 1L << 30; bytes *= 2) {
            FakeCuda cuda = new FakeCuda(DeviceCode.load(), bytes);
            try (Engine engine = FakeGpu.open(cuda, Precision.F32)) {
                CaseResult result = run(engine);
                if (result.status() == CaseResult.Status.PASS) {
                    passed++;
                } else {
                    refused++;
                    assertThat(result.failure()).as("with %d bytes", bytes).isInstanceOf(OutOfDeviceMemoryException.class)
                            .hasMessageContaining("--device cpu");
                }
                assertThat(engine.memory().inUse()).as("with %d bytes", bytes).isLessThanOrEqualTo(32 << 20);
            }
            assertThat(cuda.leftovers()).as("with %d bytes", bytes).isEqualTo(new FakeCuda(null, 0).leftovers());
        }
        assertThat(refused).isGreaterThan(3);
        assertThat(passed).isGreaterThan(3);
    }
}
