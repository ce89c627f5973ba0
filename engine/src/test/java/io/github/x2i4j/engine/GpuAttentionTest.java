package io.github.x2i4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.engine.gpu.DeviceCode;
import io.github.x2i4j.engine.gpu.FakeCuda;
import io.github.x2i4j.engine.gpu.Gpu;
import io.github.x2i4j.engine.gpu.GpuScope;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Attention on tensor cores, which rounds its factors to BF16, against the definition in double precision. Queries, keys and values are
 * given rounded, so what is left is the rounding of the softmax, none where all visible keys weigh the same, and that of results.
 */
class GpuAttentionTest {
    /** Relative error in the L2 norm; the weights of a sum are off by 2^-9 / sqrt(3) on average. */
    private static final double BOUND = 2e-3;

    private record Case(int batch, int sq, int sk, int hq, int hkv, int d, int dv, AttentionMask mask, boolean biased) {
        @Override
        public String toString() {
            return "b" + batch + " q" + sq + " k" + sk + " heads " + hq + "/" + hkv + " d" + d + "/" + dv + " "
                    + mask.getClass().getSimpleName() + (biased ? " bias" : "");
        }
    }

    private static Stream<Case> cases() {
        return Stream.of(
                new Case(1, 128, 64, 1, 1, 64, 64, new AttentionMask.Full(64), false),
                new Case(1, 128, 128, 1, 1, 128, 128, new AttentionMask.Full(128), false),
                new Case(2, 17, 70, 2, 2, 128, 128, new AttentionMask.Full(70), false),
                new Case(1, 150, 150, 6, 2, 40, 40, new AttentionMask.Causal(0), false),
                new Case(1, 140, 200, 2, 1, 128, 128, new AttentionMask.Causal(60), false),
                new Case(1, 50, 300, 2, 1, 16, 20, new AttentionMask.Full(300), true),
                new Case(1, 130, 130, 2, 2, 80, 80, new AttentionMask.Causal(0), true),
                new Case(1, 300, 300, 2, 2, 64, 64, AttentionMask.segments(new int[] {0, 7, 133, 260, 300}), false),
                new Case(1, 300, 300, 1, 1, 128, 128, AttentionMask.segments(new int[] {0, 129, 190, 300}), true));
    }

    @TestFactory
    Stream<DynamicTest> tensorCoresAgreeWithTheDefinition() throws Exception {
        DeviceCode kernels = kernels();
        return cases().map(c -> DynamicTest.dynamicTest(c.toString(), () -> check(kernels, 80, c, 1, BOUND)));
    }

    /** Equal scores make every visible key weigh exactly 1: masks, tiles and sums have no error to hide behind. */
    @TestFactory
    Stream<DynamicTest> equalWeightsAreAsExactAsFloats() throws Exception {
        DeviceCode kernels = kernels();
        return cases().filter(c -> !c.biased).map(c -> DynamicTest.dynamicTest(c.toString(), () -> check(kernels, 80, c, 0, 2e-6)));
    }

    private static Stream<Case> hopperCases() {
        return Stream.of(
                new Case(1, 128, 128, 1, 1, 128, 128, new AttentionMask.Full(128), false),
                new Case(1, 300, 300, 1, 1, 128, 128, new AttentionMask.Full(300), false),
                new Case(2, 17, 600, 2, 1, 96, 72, new AttentionMask.Full(600), false));
    }

    @TestFactory
    Stream<DynamicTest> hoppersKernelAgreesWithTheDefinition() throws Exception {
        DeviceCode kernels = kernels();
        return hopperCases().flatMap(c -> Stream.of(
                DynamicTest.dynamicTest(c.toString(), () -> check(kernels, 90, c, 1, BOUND)),
                DynamicTest.dynamicTest(c + ", equal weights", () -> check(kernels, 90, c, 0, 2e-6))));
    }

    /** Floats and wide heads of many scores are computed as products of matrices. */
    @TestFactory
    Stream<DynamicTest> matricesAgreeWithTheDefinition() throws Exception {
        DeviceCode kernels = kernels();
        Stream<Case> floats = Stream.of(new Case(2, 520, 520, 2, 1, 24, 20, new AttentionMask.Causal(0), true),
                new Case(1, 70, 3800, 1, 1, 8, 8, new AttentionMask.Full(3800), false),
                new Case(1, 520, 520, 2, 2, 8, 8, AttentionMask.segments(new int[] {0, 7, 300, 520}), true));
        Stream<Case> wide = Stream.of(new Case(1, 520, 520, 1, 1, 160, 144, new AttentionMask.Full(520), false));
        return Stream.concat(floats.map(c -> DynamicTest.dynamicTest(c.toString(), () -> {
            assertThat(error(kernels, 80, Precision.F32, c, 1, "softmax")).isLessThan(2e-6);
        })), wide.map(c -> DynamicTest.dynamicTest(c.toString(), () -> {
            assertThat(error(kernels, 80, Precision.F32, c, 1, "softmax")).isLessThan(2e-6);
            assertThat(error(kernels, 80, Precision.BF16, c, 1, "softmax")).isLessThan(BOUND);
        })));
    }

    /** A kernel that fails makes its context unusable; the device stays usable, with the kernels that work. */
    @Test
    void kernelsThatFailATrialAreNotUsed() throws Exception {
        DeviceCode kernels = kernels();
        for (String broken : new String[] {"attention_hopper", "attention_tensor_128", "pack_columns"}) {
            FakeCuda cuda = new FakeCuda(kernels, 1L << 30).withCapability(90).withBroken(broken);
            try (Gpu gpu = Gpu.open(cuda, 0, Precision.BF16); Scope f = new GpuScope(gpu, null)) {
                assertThat(gpu.notes()).hasSize(1).first().asString().contains("a trial failed", "launch failure",
                        broken.contains("tensor") ? "plain" : "on tensor cores");
                Tensor x = f.zeros(1, 200, 1, 128);
                assertThat(f.attention(x, x, x, 1, new AttentionMask.Full(200), null).toFloats()).containsOnly(0);
            }
            assertThat(cuda.leftovers()).isEqualTo(new FakeCuda(kernels, 0).leftovers());
        }
        try (Gpu gpu = Gpu.open(new FakeCuda(kernels, 1L << 30).withCapability(90), 0, Precision.BF16)) {
            assertThat(gpu.notes()).containsExactly("attention is computed by the kernel for Hopper");
        }
        try (Gpu gpu = Gpu.open(new FakeCuda(kernels, 1L << 30), 0, Precision.F32)) {
            assertThat(gpu.notes()).isEmpty();
        }
    }

    private static DeviceCode kernels() throws Exception {
        return DeviceCode.load();
    }

    private static void check(DeviceCode kernels, int capability, Case c, float size, double bound) {
        assertThat(error(kernels, capability, Precision.BF16, c, size, capability == 90 ? "attention_hopper" : "attention_tensor_"))
                .as("%s (seed %d): relative error", c, OpCase.SEED).isLessThan(bound);
    }

    /** Relative error, beyond the rounding of results that are stored as BF16. */
    private static double error(DeviceCode kernels, int capability, Precision precision, Case c, float size, String kernel) {
        OpCase.Operands in = new OpCase.Operands(new Random(OpCase.SEED + c.toString().hashCode()));
        float[] q = in.normal(c.batch * c.sq * c.hq * c.d, DType.BF16);
        if (size == 0) {
            Arrays.fill(q, 0);
        }
        float[] k = in.normal(c.batch * c.sk * c.hkv * c.d, DType.BF16);
        float[] v = in.normal(c.batch * c.sk * c.hkv * c.dv, DType.BF16);
        float[] bias = c.biased ? in.normal(c.hq * (c.sq + c.sk - 1)) : null;
        float scale = (float) (1.5 / Math.sqrt(c.d));
        FakeCuda cuda = new FakeCuda(kernels, 1L << 30).withCapability(capability);
        try (Gpu gpu = Gpu.open(cuda, 0, precision); Scope f = new GpuScope(gpu, null)) {
            Map<String, Integer> before = cuda.launches();
            float[] got = f.attention(f.floats(q, c.batch, c.sq, c.hq, c.d), f.floats(k, c.batch, c.sk, c.hkv, c.d),
                    f.floats(v, c.batch, c.sk, c.hkv, c.dv), scale, c.mask, bias == null ? null : f.floats(bias, c.hq, c.sq + c.sk - 1)).toFloats();
            assertThat(cuda.launches()).as("kernels used").anySatisfy((name, count) -> assertThat(name.startsWith(kernel)
                    && count > before.getOrDefault(name, 0)).isTrue());
            double[] want = Oracle.attention(q, k, v, c.batch, c.sq, c.sk, c.hq, c.hkv, c.d, c.dv, scale, c.mask, bias);
            double norm = 0;
            double error = 0;
            for (int i = 0; i < want.length; i++) {
                norm += want[i] * want[i];
                double off = kernel.equals("softmax") ? got[i] - want[i] : beyondRounding(got[i], want[i]);
                error += off * off;
            }
            return Math.sqrt(error / norm);
        }
    }

    /** How far a number lies from what rounds to a BF16 number, which results are stored as. */
    private static double beyondRounding(float got, double want) {
        assertThat(Float.floatToRawIntBits(got) & 0xFFFF).as("bits beyond BF16").isZero();
        return Math.max(0, Math.abs(got - want) - Math.ulp(got) * (1 << 15));
    }
}
