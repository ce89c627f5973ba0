package io.github.x2i4j.tools.encode;

/**
 * Finds a step for a few values, {@code x ~ step * q} with {@code q} from {@code -levels} to {@code levels - 1}, so that the sum of
 * squared errors is small: candidates for the step fix all {@code q}, for which the best step follows by least squares. The step is
 * negative where that lets the largest value have the extra level.
 */
final class SymmetricFit {
    private static final int CANDIDATES = 9;

    private SymmetricFit() {
    }

    /** The step for {@code n} values from {@code from} on. */
    static float step(float[] x, int from, int n, int levels) {
        float largest = 0;
        for (int i = from; i < from + n; i++) {
            if (Math.abs(x[i]) > Math.abs(largest)) {
                largest = x[i];
            }
        }
        if (largest == 0) {
            return 0;
        }
        float best = 0;
        float step = 0;
        for (int c = -CANDIDATES; c <= CANDIDATES; c++) {
            float inverse = -(levels + 0.1f * c) / largest;
            float xq = 0;
            float qq = 0;
            for (int i = from; i < from + n; i++) {
                float q = level(x[i], inverse, levels);
                xq += x[i] * q;
                qq += q * q;
            }
            if (qq > 0 && xq * xq > best * qq) {
                best = xq * xq / qq;
                step = xq / qq;
            }
        }
        return step;
    }

    /** The {@code q} of a value, from {@code -levels} to {@code levels - 1}. */
    static int level(float x, float inverseStep, int levels) {
        float q = Math.clamp(x * inverseStep, -levels, levels - 1);
        return (int) (q + levels + 0.5f) - levels;
    }
}
