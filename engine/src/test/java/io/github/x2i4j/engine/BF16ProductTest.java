package io.github.x2i4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.engine.EngineOptions.KernelChoice;
import io.github.x2i4j.engine.machine.InterpretedTiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Products in BF16 are exact where they can be: on operands that are BF16 already they agree with the product in double precision
 * as closely as sums in F32 allow; other operands are first rounded to BF16, to nearest and to even. Instructions that this
 * processor lacks run in the interpreter.
 */
class BF16ProductTest {
    private static final int[][] SIZES = {{9, 7, 5}, {37, 101, 259}, {64, 24, 512}, {70, 40, 513}, {33, 13, 1543}, {1100, 5, 70}};

    @TestFactory
    Stream<DynamicTest> productsOfRoundedOperandsAreExactToF32Sums() {
        return engines().map(e -> DynamicTest.dynamicTest(e.name(), () -> {
            try (Engine engine = e.open().get()) {
                assertThat(engine.info().precision()).isEqualTo(Precision.BF16);
                for (int[] s : SIZES) {
                    for (DType dtype : new DType[] {DType.F32, DType.BF16, DType.F16}) {
                        linear(engine, s[0], s[1], s[2], dtype);
                    }
                }
                conv(engine);
                attention(engine, 1, 1, 8, 8);
                attention(engine, 70, 200, 40, 24);
                attention(engine, 200, 200, 600, 128);
            }
        }));
    }

    private record Named(String name, Supplier<Engine> open) {
    }

    private static Stream<Named> engines() {
        List<Named> all = new ArrayList<>();
        for (InstructionSet set : new InstructionSet[] {InstructionSet.AVX512_BF16, InstructionSet.AMX_BF16}) {
            for (int threads = 1; threads <= 2; threads++) {
                int n = threads;
                all.add(new Named(set.label() + " interpreted, threads " + n, () -> new Engine(InterpretedTiles.kernels(set, Precision.BF16), n)));
                all.add(new Named(set.label() + " on this processor, threads " + n, () -> open(new EngineOptions(KernelChoice.MACHINE, 0, n, set, Precision.BF16))));
            }
        }
        return all.stream();
    }

    private static Engine open(EngineOptions options) {
        try {
            return Engine.open(options);
        } catch (UnsupportedFeatureException e) {
            Assumptions.abort("not on this machine: " + e.getMessage());
            throw e;
        }
    }

    private static void linear(Engine engine, int rows, int n, int k, DType dtype) {
        Random random = new Random(OpCase.SEED + k);
        float[] x = normal(random, rows * k);
        float[] w = normal(random, n * k);
        float[] b = normal(random, n);
        try (Scope f = engine.scope()) {
            float[] got = f.linear(f.floats(round(x), rows, k), f.cast(f.floats(round(w), n, k), dtype), f.floats(b, n)).toFloats();
            float[] weights = f.cast(f.cast(f.floats(round(w), n, k), dtype), DType.F32).toFloats();
            String name = "linear " + dtype + " " + rows + "x" + n + "x" + k;
            check(name, got, Oracle.linear(round(x), round(weights), b, rows, n, k, Activation.IDENTITY, null, null, 1, null), k);
            if (dtype == DType.F32) {
                float[] unrounded = f.linear(f.floats(x, rows, k), f.floats(w, n, k), f.floats(b, n)).toFloats();
                assertThat(unrounded).as("%s of operands that are not BF16", name).isEqualTo(got);
            }
        }
    }

    private static void conv(Engine engine) {
        Random random = new Random(OpCase.SEED);
        float[] x = round(normal(random, 37 * 19 * 23));
        float[] w = round(normal(random, 13 * 37 * 9));
        float[] b = normal(random, 13);
        ConvSpec spec = ConvSpec.padded(1);
        try (Scope f = engine.scope()) {
            float[] got = f.conv2d(f.floats(x, 1, 37, 19, 23), f.floats(w, 13, 37, 3, 3), f.floats(b, 13), spec, Epilogue.NONE).toFloats();
            check("conv", got, Oracle.conv2d(x, w, b, 1, 37, 19, 23, 13, 3, 3, spec, Activation.IDENTITY, null), 37 * 9);
        }
    }

    /** Queries, keys, values and exponentials are rounded; their sums, which all is divided by, are not. */
    private static void attention(Engine engine, int sq, int sk, int d, int dv) {
        Random random = new Random(OpCase.SEED);
        float[] q = round(normal(random, sq * d));
        float[] k = round(normal(random, sk * d));
        float[] v = round(normal(random, sk * dv));
        float scale = 1 / 16f;
        double[] want = new double[sq * dv];
        for (int i = 0; i < sq; i++) {
            double[] scores = new double[sk];
            for (int j = 0; j < sk; j++) {
                for (int c = 0; c < d; c++) {
                    scores[j] += (double) q[i * d + c] * k[j * d + c] * scale;
                }
            }
            double max = Arrays.stream(scores).max().orElseThrow();
            double sum = 0;
            for (int j = 0; j < sk; j++) {
                double e = Math.exp(scores[j] - max);
                sum += e;
                for (int c = 0; c < dv; c++) {
                    want[i * dv + c] += (double) round(new float[] {(float) e})[0] * v[j * dv + c];
                }
            }
            for (int c = 0; c < dv; c++) {
                want[i * dv + c] /= sum;
            }
        }
        try (Scope f = engine.scope()) {
            float[] got = f.attention(f.floats(q, 1, sq, 1, d), f.floats(k, 1, sk, 1, d), f.floats(v, 1, sk, 1, dv), scale,
                    new AttentionMask.Full(sk), null).toFloats();
            // An exponential between two BF16 may be rounded to the other one, one in ten thousand at most.
            check("attention " + sq + "x" + sk + "x" + d, got, want, 1e-4);
        }
    }

    /** The bound of the parity contract for reduced precision at the op. */
    private static void check(String name, float[] got, double[] want, int k) {
        check(name, got, want, Math.max(1e-6, 2e-6 * Math.sqrt(k / 1024.0)));
    }

    private static void check(String name, float[] got, double[] want, double bound) {
        double norm = 0;
        double error = 0;
        for (int i = 0; i < want.length; i++) {
            norm += want[i] * want[i];
            error += (got[i] - want[i]) * (got[i] - want[i]);
        }
        assertThat(Math.sqrt(error / norm)).as("%s: relative error", name).isLessThanOrEqualTo(bound);
    }

    private static float[] normal(Random random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    /** To the nearest BF16, to the even one of two; by way of arithmetic on the value, not on its bits. */
    private static float[] round(float[] x) {
        float[] y = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            double unit = Math.scalb(1.0, Math.max(Math.getExponent(x[i]), -126) - 7);
            y[i] = (float) (Math.rint(x[i] / unit) * unit);
        }
        return y;
    }
}
