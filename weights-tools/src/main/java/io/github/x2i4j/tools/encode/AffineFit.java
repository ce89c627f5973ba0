package io.github.x2i4j.tools.encode;

/**
 * Finds a step and an offset for a few values, {@code x ~ step * q + offset} with {@code q} from 0 to {@code levels}, so that the sum
 * of squared errors is small: candidates for the step fix all {@code q}, for which the best step and offset follow by least squares.
 * Holds the outcome of the last search; not for several threads.
 */
final class AffineFit {
    /** Candidates lie around the step that covers the range just so, from one level more to one less. */
    private static final int CANDIDATES = 20;
    private static final int REFINEMENTS = 2;

    private final int levels;
    private final boolean offsetBelowZero;
    private float step;
    private float offset;
    private float error;

    /** @param offsetBelowZero whether an offset above zero cannot be stored */
    AffineFit(int levels, boolean offsetBelowZero) {
        this.levels = levels;
        this.offsetBelowZero = offsetBelowZero;
    }

    float step() {
        return step;
    }

    float offset() {
        return offset;
    }

    /** Fits {@code n} values from {@code from} on. */
    void fit(float[] x, int from, int n) {
        float low = x[from];
        float high = low;
        float sum = 0;
        float squares = 0;
        for (int i = from; i < from + n; i++) {
            low = Math.min(low, x[i]);
            high = Math.max(high, x[i]);
            sum += x[i];
            squares += x[i] * x[i];
        }
        if (offsetBelowZero) {
            low = Math.min(low, 0);
        }
        step = 0;
        offset = low;
        error = Float.POSITIVE_INFINITY;
        float range = high - low;
        if (!(range > 0)) {
            return;
        }
        for (int c = 0; c <= CANDIDATES; c++) {
            attempt(x, from, n, low, (levels - 1 + 2f * c / CANDIDATES) / range, sum, squares);
        }
        for (int r = 0; r < REFINEMENTS && step > 0; r++) {
            attempt(x, from, n, offset, 1 / step, sum, squares);
        }
    }

    /** Takes the best step and offset for the {@code q} that follow from these, if they are better than what was found before. */
    private void attempt(float[] x, int from, int n, float low, float inverse, float sum, float squares) {
        float q1 = 0;
        float q2 = 0;
        float xq = 0;
        for (int i = from; i < from + n; i++) {
            float q = level(x[i], low, inverse, levels);
            q1 += q;
            q2 += q * q;
            xq += x[i] * q;
        }
        float determinant = n * q2 - q1 * q1;
        float s;
        float o;
        if (determinant > 0) {
            s = (n * xq - sum * q1) / determinant;
            o = (q2 * sum - q1 * xq) / determinant;
        } else {                                       // all q are the same
            o = low;
            s = (xq - o * q1) / q2;
        }
        if (offsetBelowZero && o > 0) {
            o = 0;
            s = xq / q2;
        }
        float e = squares - 2 * (s * xq + o * sum) + s * s * q2 + 2 * s * o * q1 + n * o * o;
        if (e < error && s > 0) {
            error = e;
            step = s;
            offset = o;
        }
    }

    /** The {@code q} of a value, from 0 to {@code levels}. */
    static int level(float x, float offset, float inverseStep, int levels) {
        float q = (x - offset) * inverseStep;
        return q <= 0 ? 0 : Math.min(levels, (int) (q + 0.5f));
    }
}
