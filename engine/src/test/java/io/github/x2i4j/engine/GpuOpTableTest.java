package io.github.x2i4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.engine.gpu.DeviceCode;
import io.github.x2i4j.engine.gpu.FakeCuda;
import io.github.x2i4j.engine.gpu.Gpu;
import io.github.x2i4j.engine.gpu.GpuScope;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every op of the GPU, its kernels compiled for the CPU and their likeness in Java, against the definition in double precision. */
class GpuOpTableTest {
    @TestFactory
    Stream<DynamicTest> everyOpOfTheGpuAgreesWithTheDefinition() throws Exception {
        return DeviceCode.all().stream().flatMap(code -> OpCases.all().stream().map(c -> DynamicTest.dynamicTest(c.name() + " on " + code, () -> {
            FakeCuda cuda = new FakeCuda(code, 1L << 30);
            try (Gpu gpu = Gpu.open(cuda, 0, Precision.F32); Scope f = new GpuScope(gpu, null)) {
                OpCase.Result result = c.run(f);
                OpTableTest.compare(c, result.got().shape(), result.got().toFloats(), result.want());
            }
            assertThat(cuda.leftovers()).isEqualTo(new FakeCuda(code, 0).leftovers());
        })));
    }

    /** As with JCuda, which lacks cuBLASLt: a product, then a kernel for what follows it. */
    @TestFactory
    Stream<DynamicTest> productsWithoutCublasLtAgreeWithTheDefinition() throws Exception {
        DeviceCode kernels = DeviceCode.load();
        return OpCases.all().stream().filter(c -> c.name().startsWith("linear")).map(c -> DynamicTest.dynamicTest(c.name(), () -> {
            try (Gpu gpu = Gpu.open(new FakeCuda(kernels, 1L << 30).withoutLight(), 0, Precision.F32); Scope f = new GpuScope(gpu, null)) {
                OpCase.Result result = c.run(f);
                OpTableTest.compare(c, result.got().shape(), result.got().toFloats(), result.want());
            }
        }));
    }

    /** Given factors that BF16 holds exactly, rounding them changes nothing, so the bounds of floats hold. */
    @TestFactory
    Stream<DynamicTest> productsOfRoundedFactorsAreAsExactAsFloats() throws Exception {
        DeviceCode kernels = DeviceCode.load();
        return Stream.of(linear(DType.F32, 37, 101, 259), linear(DType.BF16, 64, 24, 512), linear(DType.F16, 1, 67, 300),
                fused(Activation.GELU_TANH, false), fused(Activation.RELU, true), fused(Activation.IDENTITY, true),
                convolution()).map(c -> DynamicTest.dynamicTest(c.name(), () -> {
            try (Gpu gpu = Gpu.open(new FakeCuda(kernels, 1L << 30), 0, Precision.BF16); Scope f = new GpuScope(gpu, null)) {
                OpCase.Result result = c.run(f);
                OpTableTest.compare(c, result.got().shape(), result.got().toFloats(), result.want());
            }
        }));
    }

    private static OpCase linear(DType dtype, int rows, int n, int k) {
        return new OpCase("linear of rounded factors " + dtype + " " + rows + "x" + n + "x" + k, k, (f, in) -> {
            float[] x = in.normal(rows * k, DType.BF16);
            float[] w = in.normal(n * k, DType.BF16);
            Tensor y = f.linear(f.floats(x, rows, k), f.cast(f.floats(w, n, k), dtype), null);
            return new OpCase.Result(y, Oracle.linear(x, w, null, rows, n, k, Activation.IDENTITY, null, null, 1, null));
        });
    }

    private static OpCase fused(Activation activation, boolean added) {
        int rows = 5;
        int n = 34;
        int k = 48;
        return new OpCase("linear of rounded factors, " + activation + (added ? ", residual" : ""), k, (f, in) -> {
            float[] x = in.normal(rows * k, DType.BF16);
            float[] w = in.normal(n * k, DType.BF16);
            float[] b = in.normal(n);
            float[] r = added ? in.normal(rows * n) : null;
            Epilogue e = new Epilogue(activation, null, null, added ? f.floats(r, rows, n) : null);
            Tensor y = f.linear(f.floats(x, rows, k), f.floats(w, n, k), f.floats(b, n), e);
            return new OpCase.Result(y, Oracle.linear(x, w, b, rows, n, k, activation, null, null, 1, r));
        });
    }

    private static OpCase convolution() {
        return new OpCase("conv2d of rounded factors", 5 * 9, (f, in) -> {
            float[] x = in.normal(2 * 5 * 9 * 6, DType.BF16);
            float[] w = in.normal(7 * 5 * 3 * 3, DType.BF16);
            Tensor y = f.conv2d(f.floats(x, 2, 5, 9, 6), f.floats(w, 7, 5, 3, 3), null, ConvSpec.padded(1), Epilogue.NONE);
            return new OpCase.Result(y, Oracle.conv2d(x, w, null, 2, 5, 9, 6, 7, 3, 3, ConvSpec.padded(1), Activation.IDENTITY, null));
        });
    }
}
