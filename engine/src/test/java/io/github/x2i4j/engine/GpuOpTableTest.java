package io.github.x2i4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.engine.gpu.CompiledKernels;
import io.github.x2i4j.engine.gpu.FakeCuda;
import io.github.x2i4j.engine.gpu.Gpu;
import io.github.x2i4j.engine.gpu.GpuScope;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every op of the GPU, its kernels compiled for the CPU, against the definition in double precision. */
class GpuOpTableTest {
    @TestFactory
    Stream<DynamicTest> everyOpOfTheGpuAgreesWithTheDefinition() throws Exception {
        Assumptions.assumeTrue(CompiledKernels.compiler().isPresent(), "no C++ compiler on this machine");
        CompiledKernels kernels = CompiledKernels.load();
        return OpCases.all().stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> {
            FakeCuda cuda = new FakeCuda(kernels, 1L << 30);
            try (Gpu gpu = Gpu.open(cuda, 0); Scope f = new GpuScope(gpu, null)) {
                OpCase.Result result = c.run(f);
                OpTableTest.compare(c, result.got().shape(), result.got().toFloats(), result.want());
            }
            assertThat(cuda.leftovers()).isEqualTo(new FakeCuda(kernels, 0).leftovers());
        }));
    }
}
