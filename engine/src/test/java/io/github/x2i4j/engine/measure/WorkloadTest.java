package io.github.x2i4j.engine.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.FakeGpu;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkloadTest {
    private static List<Workload> small() {
        return List.of(new MatrixProduct(5, 7, 33, DType.F32, 1), new MatrixProduct(1, 9, 21, DType.BF16, 3), new MatrixProduct(1, 3, 512, DType.Q4_K, 2), new SelfAttention(17, 3, 8),
                new Convolution(3, 5, 9, 3, DType.F16));
    }

    @Test
    void theCheckLetsRightResultsPassAndNoWrongOne() {
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); Scope f = engine.scope()) {
            for (Workload work : small()) {
                work.prepare(f);
                Tensor y = work.run(f);
                assertThat(work.check(y)).isLessThan(1e-5);
                Tensor wrong = f.affine(y, 1.001f, 0.001f);
                assertThatThrownBy(() -> work.check(wrong)).isInstanceOf(IllegalStateException.class).hasMessageContaining("instead of");
            }
        }
    }

    @Test
    void worksAreDoneToTheEndAndCheckedOnAGpuToo() throws Exception {
        try (Engine engine = FakeGpu.open(64L << 20, Precision.F32); Scope f = engine.scope()) {
            for (Workload work : small()) {
                work.prepare(f);
                work.runToEnd(f);
                try (Scope inner = f.scope()) {
                    assertThat(work.check(work.run(inner))).isLessThan(1e-5);
                }
            }
        }
    }

    @Test
    void productsOfVectorsFillTheMemoryAskedFor() {
        assertThat(MatrixProduct.vector(64, 32, DType.BF16, 10_000).bytes()).isGreaterThanOrEqualTo(10_000).isLessThan(20_000);
    }

    @Test
    void readingCountsEveryByte() {
        try (Arena arena = Arena.ofConfined()) {
            var memory = arena.allocate(4096, 64).fill((byte) 1);
            assertThat(ReadLoop.sum(memory)).isEqualTo(1024 * 0x01010101);
            memory.set(java.lang.foreign.ValueLayout.JAVA_INT, 4092, 7);
            assertThat(ReadLoop.sum(memory)).isEqualTo(1023 * 0x01010101 + 7);
        }
    }

    @Test
    void peaksArePositive() {
        int bits = jdk.incubator.vector.FloatVector.SPECIES_PREFERRED.vectorBitSize();
        assertThat(Peak.multiplyAdd(Math.min(512, bits), 2)).isPositive();
        assertThat(Peak.read(4, 2)).isPositive();
    }
}
