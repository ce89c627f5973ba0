package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;

/** Compares small products by cuBLASLt, with all that it is trusted with, to those by cuBLAS, before they are relied on. */
final class ProductTrial {
    private static final int ROWS = 24;
    private static final int COLUMNS = 272;
    private static final int TERMS = 64;
    /** Relative difference in the L2 norm. All precisions hold the factors; results may be rounded to BF16. */
    private static final double BOUND = 1e-2;

    private ProductTrial() {
    }

    /** Whether cuBLASLt may be used; null, or why not, for people. */
    static String run(Gpu gpu) {
        if (!gpu.plansProducts()) {
            return null;
        }
        for (Activation activation : new Activation[] {Activation.IDENTITY, Activation.RELU, Activation.GELU_TANH}) {
            for (boolean added : new boolean[] {false, true}) {
                gpu.usePlans(false);
                float[] want = compute(gpu, activation, added);
                gpu.usePlans(true);
                double off = AttentionTrial.difference(compute(gpu, activation, added), want);
                if (!(off <= BOUND)) {
                    return "cuBLASLt is not used, and with it precision fp8: in a trial of " + activation + (added ? " and a residual" : "")
                            + " its results were off by " + (float) off;
                }
            }
        }
        return null;
    }

    private static float[] compute(Gpu gpu, Activation activation, boolean added) {
        try (Scope f = new GpuScope(gpu, null)) {
            Tensor x = f.floats(numbers(ROWS * TERMS, 1), ROWS, TERMS);
            Tensor weight = f.floats(numbers(COLUMNS * TERMS, 2), COLUMNS, TERMS);
            Tensor bias = f.floats(numbers(COLUMNS, 3), COLUMNS);
            Tensor residual = added ? f.floats(numbers(ROWS * COLUMNS, 4), ROWS, COLUMNS) : null;
            return f.linear(x, weight, bias, new Epilogue(activation, null, null, residual)).toFloats();
        }
    }

    /** Eighths up to 7/8, which is the first. */
    private static float[] numbers(int n, long seed) {
        float[] x = AttentionTrial.numbers(n, seed);
        for (int i = 0; i < n; i++) {
            x[i] = i == 0 ? 0.875f : Math.round(x[i] * 3.5f) / 8f;
        }
        return x;
    }
}
