package io.github.x2i4j.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.InstructionSet;
import io.github.x2i4j.engine.JavaProcess;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.kernel.KernelService.KernelChoice;
import io.github.x2i4j.engine.machine.InterpretedTiles;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class KernelServiceTest {
    private final ScalarKernels substitute = new ScalarKernels(16);

    private KernelService service(TileKernel tiles, RunKernels runs) {
        return new KernelService(new KernelChoice("test", 0, tiles, runs, substitute, List.of()));
    }

    @Test
    void theSubstituteServesAtFirst() {
        try (KernelService service = service(new Slow(new AtomicInteger()), substitute)) {
            assertThat(service.blocks()).isEqualTo(new ArrayBlocks(substitute));
            assertThat(service.runs()).isSameAs(substitute);
        }
    }

    /** In BF16 their results are others than those of plain loops, so products must not begin with these. */
    @Test
    void machineCodeServesAtOnce() {
        KernelChoice machine = InterpretedTiles.kernels(InstructionSet.AVX512_BF16, Precision.BF16);
        KernelChoice choice = new KernelChoice("machine", 0, machine.instructions(), machine.precision(), machine.blocks(), new ScalarKernels(16),
                substitute, List.of(), () -> { });
        try (KernelService service = new KernelService(choice)) {
            assertThat(service.blocks()).isSameAs(machine.blocks());
        }
    }

    @Test
    void kernelsThatAreSlowerThanTheSubstituteNeverServe() {
        AtomicInteger calls = new AtomicInteger();
        try (KernelService service = service(new Slow(calls), substitute)) {
            while (calls.get() < 500) {
                LockSupport.parkNanos(1_000_000);
            }
            assertThat(service.blocks()).isEqualTo(new ArrayBlocks(substitute));
        }
    }

    @Test
    void kernelsThatAreFasterComeIntoService() {
        TileKernel instant = new Instant();
        try (KernelService service = service(instant, substitute)) {
            while (!service.blocks().equals(new ArrayBlocks(instant))) {
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    @Test
    void vectorKernelsComeIntoServiceInAFreshProcess() throws IOException, InterruptedException {
        assertThat(JavaProcess.run(List.of("--add-modules", "jdk.incubator.vector"), Wait.class)).contains("in service: blocks, runs");
    }

    @Test
    void closingEndsTheWarmUp() {
        service(new Slow(new AtomicInteger()), substitute).close();
        assertThat(Thread.getAllStackTraces().keySet()).noneMatch(t -> t.getName().equals("x2i-warm-up"));
    }

    @Test
    void withoutASubstituteTheBestServeAtOnce() {
        ScalarKernels best = new ScalarKernels(8);
        try (KernelService service = new KernelService(new KernelChoice("test", 0, best, best, null, List.of()))) {
            assertThat(service.blocks()).isEqualTo(new ArrayBlocks(best));
            assertThat(service.runs()).isSameAs(best);
            service.runs().activate(Activation.RELU, new float[1], 0, 1);
        }
    }

    /** Program of a process of its own: waits until the vector kernels serve. */
    static final class Wait {
        public static void main(String[] args) {
            KernelChoice choice = KernelProvider.choose(EngineOptions.DEFAULT);
            try (KernelService service = new KernelService(choice)) {
                long limit = System.nanoTime() + 50_000_000_000L;
                while (service.runs() != choice.runs() && System.nanoTime() < limit) {
                    LockSupport.parkNanos(1_000_000);
                }
                System.out.println("in service: " + (service.blocks() == choice.blocks() ? "blocks, " : "") + (service.runs() == choice.runs() ? "runs" : ""));
            }
        }
    }

    private record Slow(AtomicInteger calls) implements TileKernel {
        @Override
        public int columns() {
            return 16;
        }

        @Override
        public void multiply(int depth, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int stride, boolean add) {
            calls.incrementAndGet();
            LockSupport.parkNanos(50_000);
        }
    }

    private record Instant() implements TileKernel {
        @Override
        public int columns() {
            return 16;
        }

        @Override
        public void multiply(int depth, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int stride, boolean add) {
        }
    }
}
