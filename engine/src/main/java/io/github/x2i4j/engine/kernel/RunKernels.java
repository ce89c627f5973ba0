package io.github.x2i4j.engine.kernel;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.format.Unpacker;
import java.lang.foreign.MemorySegment;

/**
 * Primitives over contiguous runs of {@code float[]}. The ops are written once above them: they move runs between tensors and
 * arrays, which stay in the first-level cache meanwhile, and call these.
 *
 * <p><b>Every implementation gives the same bits.</b> Reductions keep {@link #LANES} partial sums, element i in sum i mod LANES,
 * added in order at the end; functions are those of {@link ScalarMath} in each lane.
 */
public interface RunKernels extends Unpacker {
    /** Partial sums of a reduction. */
    int LANES = 32;

    /** {@code sum a[i] b[i]} */
    float dot(float[] a, int aAt, float[] b, int bAt, int n);

    /**
     * {@code sum w[i] x[i]} for a row of weights as it lies in memory; the result is that of {@link #dot} on the widened row.
     *
     * @param dtype of the weights: F32, BF16 or F16
     * @param at byte that the row begins with
     * @param x for formats of 16 bits in the order of {@link #place}, and then a whole number of {@link #LANES} long
     */
    float dotRow(DType dtype, MemorySegment w, long at, float[] x, int xAt, int n);

    /**
     * {@code sum w[i] x[i]} for a row of {@link DType#Q8_0}; the result is that of {@link #dot} on the decoded row.
     *
     * @param row its blocks, the first at {@code at}
     */
    float dotBytes(byte[] row, int at, int blocks, float[] x, int xAt);

    /**
     * Where {@link #dotRow} finds element i of x for formats of 16 bits: in each group of {@link #LANES} first those of even numbers, so
     * that the halves of ints that hold two weights each meet neighbours.
     */
    static int place(int i) {
        return i & -LANES | (i & 1) * (LANES / 2) | i % LANES >> 1;
    }

    /** {@code sum x[i]}; the partial sums are F32, so runs should stay below some thousand elements. */
    double sum(float[] x, int at, int n);

    /** {@code sum (x[i] - centre)^2}, as {@link #sum}. */
    double sumSquares(float[] x, int at, int n, float centre);

    /** Largest element, or negative infinity for an empty run. */
    float max(float[] x, int at, int n);

    /** {@code x[i] = exp(x[i] - shift)}; adds element i to the partial sum i mod {@link #LANES} of those that begin at {@code sumsAt}. */
    void exp(float[] x, int at, int n, float shift, float[] sums, int sumsAt);

    /** {@code x[i] = f(x[i])} */
    void activate(Activation f, float[] x, int at, int n);

    /** {@code x[i] += y[i]} */
    void add(float[] x, int at, float[] y, int yAt, int n);

    /** {@code to[i] = x[i] + y[i]} */
    void plus(float[] x, int at, float[] y, int yAt, float[] to, int toAt, int n);

    /** {@code to[i] = x[i] - y[i]} */
    void minus(float[] x, int at, float[] y, int yAt, float[] to, int toAt, int n);

    /** {@code x[i] *= y[i]} */
    void mul(float[] x, int at, float[] y, int yAt, int n);

    /** {@code x[i] = x[i] y[i] + z[i]}, rounded once. */
    void mulAdd(float[] x, int at, float[] y, int yAt, float[] z, int zAt, int n);

    /** {@code x[i] = factor y[i] + x[i]}, rounded once. */
    void addScaled(float[] x, int at, float factor, float[] y, int yAt, int n);

    /** Exchanges neighbours: {@code x[i] = x[i] c[i] + x[i ^ 1] s[i]} for i from 0 to n, which is even; products are rounded. */
    void turnPairs(float[] x, int at, float[] c, float[] s, int n);

    /** {@code x[i] = factor x[i] + offset}, rounded once. */
    void affine(float[] x, int at, int n, float factor, float offset);

    /** {@code x[i] = (x[i] - centre) factor} */
    void standardise(float[] x, int at, int n, float centre, float factor);

    /** Widens BF16 to float. */
    void widenBF16(short[] from, int fromAt, float[] to, int toAt, int n);
}
