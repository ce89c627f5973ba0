package io.github.x2i4j.engine.kernel;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Tensor;
import java.lang.foreign.MemorySegment;

/** Plain Java, for processes without the Vector API, and the reference for all other kernels. */
public final class ScalarKernels implements TileKernel, RunKernels {
    private final int columns;

    /** @param columns a multiple of four; results do not depend on it */
    public ScalarKernels(int columns) {
        this.columns = columns;
    }

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public void multiply(int depth, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int stride, boolean add) {
        for (int j = 0; j < columns; j += 4) {
            for (int i = 0; i < ROWS; i += 2) {
                patch(depth, a, aAt + i * DEPTH, b, bAt + j, c, cAt + i * stride + j, stride, add);
            }
        }
    }

    /** Two rows and four columns of a tile. */
    private void patch(int depth, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int stride, boolean add) {
        float c00 = 0;
        float c01 = 0;
        float c02 = 0;
        float c03 = 0;
        float c10 = 0;
        float c11 = 0;
        float c12 = 0;
        float c13 = 0;
        for (int k = 0; k < depth; k++) {
            int at = bAt + k * columns;
            float b0 = b[at];
            float b1 = b[at + 1];
            float b2 = b[at + 2];
            float b3 = b[at + 3];
            float a0 = a[aAt + k];
            float a1 = a[aAt + k + DEPTH];
            c00 = Math.fma(a0, b0, c00);
            c01 = Math.fma(a0, b1, c01);
            c02 = Math.fma(a0, b2, c02);
            c03 = Math.fma(a0, b3, c03);
            c10 = Math.fma(a1, b0, c10);
            c11 = Math.fma(a1, b1, c11);
            c12 = Math.fma(a1, b2, c12);
            c13 = Math.fma(a1, b3, c13);
        }
        store(c, cAt, c00, c01, c02, c03, add);
        store(c, cAt + stride, c10, c11, c12, c13, add);
    }

    private static void store(float[] c, int at, float c0, float c1, float c2, float c3, boolean add) {
        c[at] = add ? c[at] + c0 : c0;
        c[at + 1] = add ? c[at + 1] + c1 : c1;
        c[at + 2] = add ? c[at + 2] + c2 : c2;
        c[at + 3] = add ? c[at + 3] + c3 : c3;
    }

    @Override
    public float dot(float[] a, int aAt, float[] b, int bAt, int n) {
        float[] lanes = new float[LANES];
        int whole = n - n % LANES;
        for (int i = 0; i < whole; i += LANES) {
            for (int l = 0; l < LANES; l++) {
                lanes[l] = Math.fma(a[aAt + i + l], b[bAt + i + l], lanes[l]);
            }
        }
        return (float) finishDot(lanes, a, aAt, b, bAt, whole, n);
    }

    /** Adds the elements after the last whole group of lanes, then the lanes. */
    public static double finishDot(float[] lanes, float[] a, int aAt, float[] b, int bAt, int from, int n) {
        for (int i = from; i < n; i++) {
            lanes[i - from] = Math.fma(a[aAt + i], b[bAt + i], lanes[i - from]);
        }
        return total(lanes);
    }

    /** The lanes, added in order. */
    public static double total(float[] lanes) {
        double sum = 0;
        for (float lane : lanes) {
            sum += lane;
        }
        return sum;
    }

    @Override
    public float dotRow(DType dtype, MemorySegment w, long at, float[] x, int xAt, int n) {
        return finishRow(dtype, w, at, x, xAt, 0, n, new float[LANES]);
    }

    /**
     * Adds the elements from {@code from} on to the lanes of {@link #dotRow}, then the lanes.
     *
     * @param lanes in the order of x
     */
    public static float finishRow(DType dtype, MemorySegment w, long at, float[] x, int xAt, int from, int n, float[] lanes) {
        switch (dtype) {
            case F32 -> {
                for (int i = from; i < n; i++) {
                    int l = i % LANES;
                    lanes[l] = Math.fma(w.get(Tensor.FLOAT, at + i * 4L), x[xAt + i], lanes[l]);
                }
                return (float) total(lanes);
            }
            case BF16 -> {
                for (int i = from; i < n; i++) {
                    int p = RunKernels.place(i);
                    float weight = Float.intBitsToFloat(w.get(Tensor.SHORT, at + i * 2L) << 16);
                    lanes[p % LANES] = Math.fma(weight, x[xAt + p], lanes[p % LANES]);
                }
            }
            case F16 -> {
                for (int i = from; i < n; i++) {
                    int p = RunKernels.place(i);
                    float weight = Float.float16ToFloat(w.get(Tensor.SHORT, at + i * 2L));
                    lanes[p % LANES] = Math.fma(weight, x[xAt + p], lanes[p % LANES]);
                }
            }
            default -> throw new IllegalArgumentException(dtype + " is not read in place");
        }
        double sum = 0;
        for (int l = 0; l < LANES / 2; l++) {
            sum += lanes[l];
            sum += lanes[l + LANES / 2];
        }
        return (float) sum;
    }

    @Override
    public float dotBytes(byte[] row, int at, int blocks, float[] x, int xAt) {
        float[] lanes = new float[LANES];
        for (int b = 0; b < blocks; b++, at += DType.Q8_0.blockBytes(), xAt += LANES) {
            float scale = scale(row, at);
            for (int l = 0; l < LANES; l++) {
                lanes[l] = Math.fma(scale * row[at + Short.BYTES + l], x[xAt + l], lanes[l]);
            }
        }
        return (float) total(lanes);
    }

    /** The F16 that a block of {@link DType#Q8_0} begins with. */
    public static float scale(byte[] row, int at) {
        return Float.float16ToFloat((short) (row[at] & 0xFF | row[at + 1] << 8));
    }

    @Override
    public double sum(float[] x, int at, int n) {
        float[] lanes = new float[LANES];
        for (int i = 0; i < n; i++) {
            lanes[i % LANES] += x[at + i];
        }
        return total(lanes);
    }

    @Override
    public double sumSquares(float[] x, int at, int n, float centre) {
        float[] lanes = new float[LANES];
        for (int i = 0; i < n; i++) {
            float d = x[at + i] - centre;
            lanes[i % LANES] = Math.fma(d, d, lanes[i % LANES]);
        }
        return total(lanes);
    }

    @Override
    public float max(float[] x, int at, int n) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = at; i < at + n; i++) {
            max = Math.max(max, x[i]);
        }
        return max;
    }

    @Override
    public void exp(float[] x, int at, int n, float shift, float[] sums, int sumsAt) {
        for (int i = 0; i < n; i++) {
            float e = ScalarMath.exp(x[at + i] - shift);
            x[at + i] = e;
            sums[sumsAt + i % LANES] += e;
        }
    }

    @Override
    public void activate(Activation f, float[] x, int at, int n) {
        switch (f) {
            case IDENTITY -> { }
            case RELU -> {
                for (int i = at; i < at + n; i++) {
                    x[i] = Math.max(x[i], 0);
                }
            }
            case GELU -> {
                for (int i = at; i < at + n; i++) {
                    x[i] = ScalarMath.gelu(x[i]);
                }
            }
            case SILU, GELU_TANH, QUICK_GELU -> {
                float slope = ScalarMath.slope(f);
                float cubic = ScalarMath.cubic(f);
                for (int i = at; i < at + n; i++) {
                    x[i] = ScalarMath.logistic(x[i], slope, cubic);
                }
            }
        }
    }

    @Override
    public void add(float[] x, int at, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            x[at + i] += y[yAt + i];
        }
    }

    @Override
    public void plus(float[] x, int at, float[] y, int yAt, float[] to, int toAt, int n) {
        for (int i = 0; i < n; i++) {
            to[toAt + i] = x[at + i] + y[yAt + i];
        }
    }

    @Override
    public void minus(float[] x, int at, float[] y, int yAt, float[] to, int toAt, int n) {
        for (int i = 0; i < n; i++) {
            to[toAt + i] = x[at + i] - y[yAt + i];
        }
    }

    @Override
    public void mul(float[] x, int at, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            x[at + i] *= y[yAt + i];
        }
    }

    @Override
    public void mulAdd(float[] x, int at, float[] y, int yAt, float[] z, int zAt, int n) {
        for (int i = 0; i < n; i++) {
            x[at + i] = Math.fma(x[at + i], y[yAt + i], z[zAt + i]);
        }
    }

    @Override
    public void addScaled(float[] x, int at, float factor, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            x[at + i] = Math.fma(factor, y[yAt + i], x[at + i]);
        }
    }

    @Override
    public void turnPairs(float[] x, int at, float[] c, float[] s, int n) {
        turnPairs(x, at, c, s, 0, n);
    }

    /** Pairs from {@code from} on. */
    public static void turnPairs(float[] x, int at, float[] c, float[] s, int from, int n) {
        for (int i = from; i < n; i += 2) {
            float a = x[at + i];
            float b = x[at + i + 1];
            x[at + i] = a * c[i] + b * s[i];
            x[at + i + 1] = b * c[i + 1] + a * s[i + 1];
        }
    }

    @Override
    public void affine(float[] x, int at, int n, float factor, float offset) {
        for (int i = at; i < at + n; i++) {
            x[i] = Math.fma(factor, x[i], offset);
        }
    }

    @Override
    public void standardise(float[] x, int at, int n, float centre, float factor) {
        for (int i = at; i < at + n; i++) {
            x[i] = (x[i] - centre) * factor;
        }
    }

    @Override
    public void widenBF16(short[] from, int fromAt, float[] to, int toAt, int n) {
        for (int i = 0; i < n; i++) {
            to[toAt + i] = Float.intBitsToFloat(from[fromAt + i] << 16);
        }
    }
}
