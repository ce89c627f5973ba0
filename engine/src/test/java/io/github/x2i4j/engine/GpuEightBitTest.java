package io.github.x2i4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.x2i4j.engine.gpu.DeviceCode;
import io.github.x2i4j.engine.gpu.FakeCuda;
import io.github.x2i4j.engine.gpu.Gpu;
import io.github.x2i4j.engine.gpu.GpuScope;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Linear layers whose factors are rounded to 8 bits. */
class GpuEightBitTest {
    private static final int ROWS = 33;
    private static final int COLUMNS = 272;
    private static final int TERMS = 160;

    private record Case(Activation activation, boolean biased, boolean gated, boolean added, DType stored) {
    }

    private static Stream<Case> cases() {
        return Stream.of(new Case(Activation.IDENTITY, false, false, false, DType.BF16), new Case(Activation.IDENTITY, true, false, true, DType.F32),
                new Case(Activation.GELU_TANH, true, false, false, DType.F16), new Case(Activation.SILU, true, false, false, DType.BF16),
                new Case(Activation.IDENTITY, true, true, true, DType.BF16), new Case(Activation.IDENTITY, true, false, false, DType.F8_E4M3));
    }

    /** Multiples of 1/8 up to 7/8 are multiples of 448's 512th part, which e4m3 holds, so nothing is lost but where results are BF16. */
    @TestFactory
    Stream<DynamicTest> whatEightBitsHoldIsMultipliedExactly() {
        return cases().map(c -> DynamicTest.dynamicTest(c.toString(), () -> {
            double error = error(c, eighths(ROWS * TERMS), eighths(COLUMNS * TERMS));
            assertThat(error).isLessThan(c.added ? 2e-6 : 2e-3);
        }));
    }

    /** The error that rounding to 8 bits makes: each factor is off by up to a 16th, on average by some 3 percent. */
    @TestFactory
    Stream<DynamicTest> theErrorOfRoundingIsAFewPercent() {
        return cases().filter(c -> c.stored != DType.F8_E4M3).map(c -> DynamicTest.dynamicTest(c.toString(), () -> {
            OpCase.Operands in = new OpCase.Operands(new Random(OpCase.SEED));
            double error = error(c, in.normal(ROWS * TERMS), in.normal(COLUMNS * TERMS, c.stored));
            assertThat(error).isBetween(0.01, 0.05);
        }));
    }

    private static float[] eighths(int n) {
        Random random = new Random(OpCase.SEED);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = i == 0 ? 0.875f : (random.nextInt(15) - 7) / 8f;
        }
        return x;
    }

    private static double error(Case c, float[] x, float[] w) throws Exception {
        OpCase.Operands in = new OpCase.Operands(new Random(OpCase.SEED + 1));
        float[] b = c.biased ? in.normal(COLUMNS, DType.BF16) : null;
        float[] g = c.gated ? in.normal(COLUMNS) : null;
        float[] r = c.added ? in.normal(ROWS * COLUMNS) : null;
        FakeCuda cuda = new FakeCuda(DeviceCode.load(), 1L << 30).withCapability(89);
        try (Gpu gpu = Gpu.open(cuda, 0, Precision.FP8); Scope f = new GpuScope(gpu, null)) {
            Tensor weight = c.stored == DType.F8_E4M3 ? eighthBytes(w) : f.cast(f.floats(w, COLUMNS, TERMS), c.stored);
            int before = cuda.launches().get("to_e4m3");
            Tensor y = f.linear(f.floats(x, 1, ROWS, TERMS), weight, b == null ? null : f.floats(b, COLUMNS), new Epilogue(c.activation, null,
                    g == null ? null : f.floats(g, 1, COLUMNS), r == null ? null : f.floats(r, 1, ROWS, COLUMNS)));
            double[] want = Oracle.linear(x, w, b, ROWS, COLUMNS, TERMS, c.activation, null, g, ROWS, r);
            assertThat(gpu.notes()).noneMatch(note -> note.contains("cuBLASLt"));
            assertThat(cuda.launches().get("to_e4m3")).isEqualTo(before + (c.stored == DType.F8_E4M3 ? 1 : 2));
            float[] got = y.toFloats();
            double norm = 0;
            double error = 0;
            for (int i = 0; i < want.length; i++) {
                norm += want[i] * want[i];
                error += (got[i] - want[i]) * (got[i] - want[i]);
            }
            return Math.sqrt(error / norm);
        }
    }

    /** A weight as files hold it: bytes of four times its elements, with a scale. */
    private static Tensor eighthBytes(float[] w) {
        byte[] bytes = new byte[w.length];
        for (int i = 0; i < w.length; i++) {
            float four = Math.abs(w[i]) * 4;
            int code = four == 0 ? 0 : (Float.floatToRawIntBits(four) >> 20) - (120 << 3);
            bytes[i] = (byte) (code | (w[i] < 0 ? 128 : 0));
        }
        HostStorage storage = new HostStorage(java.lang.foreign.Arena.ofAuto().allocate(bytes.length));
        storage.segment().copyFrom(java.lang.foreign.MemorySegment.ofArray(bytes));
        return new Tensor(DType.F8_E4M3, Shape.of(COLUMNS, TERMS), storage, 0).scaledBy(0.25f);
    }

    @Test
    void whereThereIsNothingForItAnotherPrecisionIsAdvised() throws Exception {
        DeviceCode kernels = DeviceCode.load();
        assertThatExceptionOfType(UnsupportedFeatureException.class).isThrownBy(() -> Gpu.open(new FakeCuda(kernels, 1L << 30).withCapability(86),
                0, Precision.FP8)).withMessageContaining("8.9").withMessageContaining("--precision bf16");
        assertThatExceptionOfType(UnsupportedFeatureException.class).isThrownBy(() -> Gpu.open(new FakeCuda(kernels, 1L << 30).withCapability(89)
                .withoutLight(), 0, Precision.FP8)).withMessageContaining("cuBLASLt");
        assertThatExceptionOfType(UnsupportedFeatureException.class).isThrownBy(() -> Engine.open(new EngineOptions(
                EngineOptions.KernelChoice.AUTO, 0, 1, null, Precision.FP8))).withMessageContaining("--device cuda");
    }
}
