package io.github.x2i4j.engine.kernel.vector;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.kernel.ScalarKernels;
import io.github.x2i4j.engine.kernel.ScalarMath;
import io.github.x2i4j.engine.kernel.TileKernel;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The primitives in the Vector API, written once for all widths.
 *
 * <p>The compiler makes good code only where it knows the species as a constant. It learns it from {@link #species()}: as long as
 * one width is in use in a process, one subclass is loaded, and the call is replaced by its constant. Two widths in one process
 * work, slowly; only tests do that.
 *
 * <p>Elements after the last whole vector are computed as {@link ScalarKernels} does it.
 */
abstract class VectorKernels extends VectorUnpacker implements TileKernel {

    @Override
    public final int columns() {
        return 2 * species().length();
    }

    /**
     * Six rows and two vectors of columns: twelve sums, two vectors of b and one of a fit the sixteen registers of AVX2, and twelve
     * independent sums hide the latency of the multiply-add.
     */
    @Override
    public final void multiply(int depth, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int stride, boolean add) {
        VectorSpecies<Float> s = species();
        int vl = s.length();
        FloatVector c00 = FloatVector.zero(s);
        FloatVector c01 = FloatVector.zero(s);
        FloatVector c10 = FloatVector.zero(s);
        FloatVector c11 = FloatVector.zero(s);
        FloatVector c20 = FloatVector.zero(s);
        FloatVector c21 = FloatVector.zero(s);
        FloatVector c30 = FloatVector.zero(s);
        FloatVector c31 = FloatVector.zero(s);
        FloatVector c40 = FloatVector.zero(s);
        FloatVector c41 = FloatVector.zero(s);
        FloatVector c50 = FloatVector.zero(s);
        FloatVector c51 = FloatVector.zero(s);
        for (int k = 0; k < depth; k++) {
            int at = bAt + k * 2 * vl;
            FloatVector b0 = FloatVector.fromArray(s, b, at);
            FloatVector b1 = FloatVector.fromArray(s, b, at + vl);
            FloatVector a0 = FloatVector.broadcast(s, a[aAt + k]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(s, a[aAt + k + DEPTH]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(s, a[aAt + k + 2 * DEPTH]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(s, a[aAt + k + 3 * DEPTH]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            FloatVector a4 = FloatVector.broadcast(s, a[aAt + k + 4 * DEPTH]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            FloatVector a5 = FloatVector.broadcast(s, a[aAt + k + 5 * DEPTH]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
        }
        store(c00, c, cAt, add);
        store(c01, c, cAt + vl, add);
        store(c10, c, cAt + stride, add);
        store(c11, c, cAt + stride + vl, add);
        store(c20, c, cAt + 2 * stride, add);
        store(c21, c, cAt + 2 * stride + vl, add);
        store(c30, c, cAt + 3 * stride, add);
        store(c31, c, cAt + 3 * stride + vl, add);
        store(c40, c, cAt + 4 * stride, add);
        store(c41, c, cAt + 4 * stride + vl, add);
        store(c50, c, cAt + 5 * stride, add);
        store(c51, c, cAt + 5 * stride + vl, add);
    }

    private void store(FloatVector sum, float[] c, int at, boolean add) {
        if (add) {
            FloatVector.fromArray(species(), c, at).add(sum).intoArray(c, at);
        } else {
            sum.intoArray(c, at);
        }
    }

    @Override
    public final float dot(float[] a, int aAt, float[] b, int bAt, int n) {
        VectorSpecies<Float> s = species();
        int vl = s.length();
        float[] lanes = new float[LANES];
        int whole = n - n % LANES;
        // Each pass sums two vectors of lanes, so that the order does not depend on the width.
        for (int l = 0; l < LANES; l += 2 * vl) {
            FloatVector s0 = FloatVector.zero(s);
            FloatVector s1 = FloatVector.zero(s);
            for (int i = l; i < whole; i += LANES) {
                s0 = FloatVector.fromArray(s, a, aAt + i).fma(FloatVector.fromArray(s, b, bAt + i), s0);
                s1 = FloatVector.fromArray(s, a, aAt + i + vl).fma(FloatVector.fromArray(s, b, bAt + i + vl), s1);
            }
            s0.intoArray(lanes, l);
            s1.intoArray(lanes, l + vl);
        }
        return (float) ScalarKernels.finishDot(lanes, a, aAt, b, bAt, whole, n);
    }

    @Override
    public final double sum(float[] x, int at, int n) {
        VectorSpecies<Float> s = species();
        int vl = s.length();
        float[] lanes = new float[LANES];
        int whole = n - n % LANES;
        for (int l = 0; l < LANES; l += 2 * vl) {
            FloatVector s0 = FloatVector.zero(s);
            FloatVector s1 = FloatVector.zero(s);
            for (int i = at + l; i < at + whole; i += LANES) {
                s0 = s0.add(FloatVector.fromArray(s, x, i));
                s1 = s1.add(FloatVector.fromArray(s, x, i + vl));
            }
            s0.intoArray(lanes, l);
            s1.intoArray(lanes, l + vl);
        }
        for (int i = whole; i < n; i++) {
            lanes[i - whole] += x[at + i];
        }
        return ScalarKernels.total(lanes);
    }

    @Override
    public final double sumSquares(float[] x, int at, int n, float centre) {
        VectorSpecies<Float> s = species();
        int vl = s.length();
        float[] lanes = new float[LANES];
        int whole = n - n % LANES;
        for (int l = 0; l < LANES; l += 2 * vl) {
            FloatVector s0 = FloatVector.zero(s);
            FloatVector s1 = FloatVector.zero(s);
            for (int i = at + l; i < at + whole; i += LANES) {
                FloatVector d0 = FloatVector.fromArray(s, x, i).sub(centre);
                FloatVector d1 = FloatVector.fromArray(s, x, i + vl).sub(centre);
                s0 = d0.fma(d0, s0);
                s1 = d1.fma(d1, s1);
            }
            s0.intoArray(lanes, l);
            s1.intoArray(lanes, l + vl);
        }
        for (int i = whole; i < n; i++) {
            float d = x[at + i] - centre;
            lanes[i - whole] = Math.fma(d, d, lanes[i - whole]);
        }
        return ScalarKernels.total(lanes);
    }

    @Override
    public final float max(float[] x, int at, int n) {
        VectorSpecies<Float> s = species();
        FloatVector m = FloatVector.broadcast(s, Float.NEGATIVE_INFINITY);
        int end = at + s.loopBound(n);
        for (int i = at; i < end; i += s.length()) {
            m = m.max(FloatVector.fromArray(s, x, i));
        }
        float max = m.reduceLanes(VectorOperators.MAX);
        for (int i = end; i < at + n; i++) {
            max = Math.max(max, x[i]);
        }
        return max;
    }

    @Override
    public final void exp(float[] x, int at, int n, float shift, float[] sums, int sumsAt) {
        VectorSpecies<Float> s = species();
        int vl = s.length();
        int whole = n - n % LANES;
        for (int i = at; i < at + whole; i += vl) {
            exp(FloatVector.fromArray(s, x, i).sub(shift)).intoArray(x, i);
        }
        for (int l = 0; l < LANES; l += 2 * vl) {
            FloatVector s0 = FloatVector.fromArray(s, sums, sumsAt + l);
            FloatVector s1 = FloatVector.fromArray(s, sums, sumsAt + l + vl);
            for (int i = at + l; i < at + whole; i += LANES) {
                s0 = s0.add(FloatVector.fromArray(s, x, i));
                s1 = s1.add(FloatVector.fromArray(s, x, i + vl));
            }
            s0.intoArray(sums, sumsAt + l);
            s1.intoArray(sums, sumsAt + l + vl);
        }
        for (int i = whole; i < n; i++) {
            float e = ScalarMath.exp(x[at + i] - shift);
            x[at + i] = e;
            sums[sumsAt + i - whole] += e;
        }
    }

    /** {@link ScalarMath#exp} in each lane. */
    private FloatVector exp(FloatVector x) {
        VectorSpecies<Float> s = species();
        VectorMask<Float> tiny = x.compare(VectorOperators.LT, ScalarMath.EXP_MIN);
        FloatVector y = x.min(ScalarMath.EXP_MAX);
        FloatVector shifted = y.fma(FloatVector.broadcast(s, ScalarMath.LOG2_E), FloatVector.broadcast(s, ScalarMath.ROUNDER));
        FloatVector n = shifted.sub(ScalarMath.ROUNDER);
        FloatVector r = n.fma(FloatVector.broadcast(s, -ScalarMath.LN2_HIGH), y);
        r = n.fma(FloatVector.broadcast(s, -ScalarMath.LN2_LOW), r);
        FloatVector p = FloatVector.broadcast(s, ScalarMath.EXP_4);
        p = p.fma(r, FloatVector.broadcast(s, ScalarMath.EXP_3));
        p = p.fma(r, FloatVector.broadcast(s, ScalarMath.EXP_2));
        p = p.fma(r, FloatVector.broadcast(s, ScalarMath.EXP_1));
        p = p.fma(r, FloatVector.broadcast(s, ScalarMath.EXP_0));
        FloatVector e = r.mul(r).fma(p, r).add(1f);
        IntVector bits = e.reinterpretAsInts().add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23));
        return bits.reinterpretAsFloats().blend(0f, tiny);
    }

    @Override
    public final void activate(Activation f, float[] x, int at, int n) {
        switch (f) {
            case IDENTITY -> { }
            case RELU -> relu(x, at, n);
            case GELU -> gelu(x, at, n);
            case SILU, GELU_TANH, QUICK_GELU -> logistic(x, at, n, ScalarMath.slope(f), ScalarMath.cubic(f));
        }
    }

    private void relu(float[] x, int at, int n) {
        VectorSpecies<Float> s = species();
        int end = at + s.loopBound(n);
        for (int i = at; i < end; i += s.length()) {
            FloatVector.fromArray(s, x, i).max(0f).intoArray(x, i);
        }
        for (int i = end; i < at + n; i++) {
            x[i] = Math.max(x[i], 0);
        }
    }

    private void logistic(float[] x, int at, int n, float slope, float cubic) {
        VectorSpecies<Float> s = species();
        int end = at + s.loopBound(n);
        for (int i = at; i < end; i += s.length()) {
            FloatVector z = FloatVector.fromArray(s, x, i);
            FloatVector u = z.mul(z).fma(FloatVector.broadcast(s, cubic), FloatVector.broadcast(s, slope)).mul(z);
            z.div(exp(u).add(1f)).intoArray(x, i);
        }
        for (int i = end; i < at + n; i++) {
            x[i] = ScalarMath.logistic(x[i], slope, cubic);
        }
    }

    private void gelu(float[] x, int at, int n) {
        VectorSpecies<Float> s = species();
        int end = at + s.loopBound(n);
        for (int i = at; i < end; i += s.length()) {
            FloatVector z = FloatVector.fromArray(s, x, i);
            FloatVector t = z.abs().min(ScalarMath.PHI_MAX);
            FloatVector p = FloatVector.broadcast(s, ScalarMath.PHI_9);
            p = p.fma(t, FloatVector.broadcast(s, ScalarMath.PHI_8));
            p = p.fma(t, FloatVector.broadcast(s, ScalarMath.PHI_7));
            p = p.fma(t, FloatVector.broadcast(s, ScalarMath.PHI_6));
            p = p.fma(t, FloatVector.broadcast(s, ScalarMath.PHI_5));
            p = p.fma(t, FloatVector.broadcast(s, ScalarMath.PHI_4));
            p = p.fma(t, FloatVector.broadcast(s, ScalarMath.PHI_3));
            p = p.fma(t, FloatVector.broadcast(s, ScalarMath.PHI_2));
            p = p.fma(t, FloatVector.broadcast(s, ScalarMath.PHI_1));
            p = p.fma(t, FloatVector.broadcast(s, ScalarMath.PHI_0));
            FloatVector tail = exp(p.mul(t)).mul(0.5f);
            FloatVector head = FloatVector.broadcast(s, 1f).sub(tail);
            z.mul(head.blend(tail, z.compare(VectorOperators.LT, 0f))).intoArray(x, i);
        }
        for (int i = end; i < at + n; i++) {
            x[i] = ScalarMath.gelu(x[i]);
        }
    }

    @Override
    public final void add(float[] x, int at, float[] y, int yAt, int n) {
        VectorSpecies<Float> s = species();
        int end = s.loopBound(n);
        for (int i = 0; i < end; i += s.length()) {
            FloatVector.fromArray(s, x, at + i).add(FloatVector.fromArray(s, y, yAt + i)).intoArray(x, at + i);
        }
        for (int i = end; i < n; i++) {
            x[at + i] += y[yAt + i];
        }
    }

    @Override
    public final void plus(float[] x, int at, float[] y, int yAt, float[] to, int toAt, int n) {
        VectorSpecies<Float> s = species();
        int end = s.loopBound(n);
        for (int i = 0; i < end; i += s.length()) {
            FloatVector.fromArray(s, x, at + i).add(FloatVector.fromArray(s, y, yAt + i)).intoArray(to, toAt + i);
        }
        for (int i = end; i < n; i++) {
            to[toAt + i] = x[at + i] + y[yAt + i];
        }
    }

    @Override
    public final void minus(float[] x, int at, float[] y, int yAt, float[] to, int toAt, int n) {
        VectorSpecies<Float> s = species();
        int end = s.loopBound(n);
        for (int i = 0; i < end; i += s.length()) {
            FloatVector.fromArray(s, x, at + i).sub(FloatVector.fromArray(s, y, yAt + i)).intoArray(to, toAt + i);
        }
        for (int i = end; i < n; i++) {
            to[toAt + i] = x[at + i] - y[yAt + i];
        }
    }

    @Override
    public final void mul(float[] x, int at, float[] y, int yAt, int n) {
        VectorSpecies<Float> s = species();
        int end = s.loopBound(n);
        for (int i = 0; i < end; i += s.length()) {
            FloatVector.fromArray(s, x, at + i).mul(FloatVector.fromArray(s, y, yAt + i)).intoArray(x, at + i);
        }
        for (int i = end; i < n; i++) {
            x[at + i] *= y[yAt + i];
        }
    }

    @Override
    public final void mulAdd(float[] x, int at, float[] y, int yAt, float[] z, int zAt, int n) {
        VectorSpecies<Float> s = species();
        int end = s.loopBound(n);
        for (int i = 0; i < end; i += s.length()) {
            FloatVector.fromArray(s, x, at + i).fma(FloatVector.fromArray(s, y, yAt + i), FloatVector.fromArray(s, z, zAt + i))
                    .intoArray(x, at + i);
        }
        for (int i = end; i < n; i++) {
            x[at + i] = Math.fma(x[at + i], y[yAt + i], z[zAt + i]);
        }
    }

    @Override
    public final void addScaled(float[] x, int at, float factor, float[] y, int yAt, int n) {
        VectorSpecies<Float> s = species();
        FloatVector f = FloatVector.broadcast(s, factor);
        int end = s.loopBound(n);
        for (int i = 0; i < end; i += s.length()) {
            f.fma(FloatVector.fromArray(s, y, yAt + i), FloatVector.fromArray(s, x, at + i)).intoArray(x, at + i);
        }
        for (int i = end; i < n; i++) {
            x[at + i] = Math.fma(factor, y[yAt + i], x[at + i]);
        }
    }

    @Override
    public final void turnPairs(float[] x, int at, float[] c, float[] s, int n) {
        VectorSpecies<Float> species = species();
        VectorShuffle<Float> neighbours = VectorShuffle.fromOp(species, i -> i ^ 1);
        int end = species.loopBound(n);
        for (int i = 0; i < end; i += species.length()) {
            FloatVector v = FloatVector.fromArray(species, x, at + i);
            v.mul(FloatVector.fromArray(species, c, i)).add(v.rearrange(neighbours).mul(FloatVector.fromArray(species, s, i)))
                    .intoArray(x, at + i);
        }
        ScalarKernels.turnPairs(x, at, c, s, end, n);
    }

    @Override
    public final void affine(float[] x, int at, int n, float factor, float offset) {
        VectorSpecies<Float> s = species();
        FloatVector f = FloatVector.broadcast(s, factor);
        FloatVector o = FloatVector.broadcast(s, offset);
        int end = at + s.loopBound(n);
        for (int i = at; i < end; i += s.length()) {
            f.fma(FloatVector.fromArray(s, x, i), o).intoArray(x, i);
        }
        for (int i = end; i < at + n; i++) {
            x[i] = Math.fma(factor, x[i], offset);
        }
    }

    @Override
    public final void standardise(float[] x, int at, int n, float centre, float factor) {
        VectorSpecies<Float> s = species();
        int end = at + s.loopBound(n);
        for (int i = at; i < end; i += s.length()) {
            FloatVector.fromArray(s, x, i).sub(centre).mul(factor).intoArray(x, i);
        }
        for (int i = end; i < at + n; i++) {
            x[i] = (x[i] - centre) * factor;
        }
    }

    @Override
    public final void widenBF16(short[] from, int fromAt, float[] to, int toAt, int n) {
        VectorSpecies<Float> s = species();
        int end = s.loopBound(n);
        for (int i = 0; i < end; i += s.length()) {
            IntVector bits = (IntVector) ShortVector.fromArray(shortSpecies(), from, fromAt + i)
                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, intSpecies(), 0);
            bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(to, toAt + i);
        }
        for (int i = end; i < n; i++) {
            to[toAt + i] = Float.intBitsToFloat(from[fromAt + i] << 16);
        }
    }
}
