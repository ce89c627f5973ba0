package io.github.x2i4j.engine.kernel.vector;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.kernel.RunKernels;
import io.github.x2i4j.engine.kernel.ScalarKernels;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of rows of weights, as they lie in memory, with a vector. Nothing is copied. Two rows are read at a time: one alone would
 * wait for its own sums.
 *
 * <p>Formats of 16 bits are loaded as ints, one weight in the upper half and one in the lower. The loop stands here once for each
 * format because the compiler makes vectors of loads only where it knows them in the loop.
 */
abstract class VectorDots implements RunKernels {
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final int HALF = LANES / 2;
    private static final int UPPER = 0xFFFF_0000;

    abstract VectorSpecies<Float> species();

    abstract VectorSpecies<Integer> intSpecies();

    /** Shorts of as many bits as {@link #species()}. */
    abstract VectorSpecies<Short> wideShortSpecies();

    /** Shorts of as many lanes as {@link #species()}. */
    abstract VectorSpecies<Short> shortSpecies();

    @Override
    public final float dotRow(DType dtype, MemorySegment w, long at, float[] x, int xAt, int n) {
        float[] twice = new float[2];
        dotTwo(dtype, w, at, at, x, xAt, n, twice, 0);
        return twice[0];
    }

    @Override
    public final void dotRows(DType dtype, MemorySegment w, long at, long rowBytes, int rows, float[] x, int xAt, int n, float[] z, int zAt) {
        for (int i = 0; i + 1 < rows; i += 2) {
            dotTwo(dtype, w, at + i * rowBytes, at + (i + 1) * rowBytes, x, xAt, n, z, zAt + i);
        }
        if (rows % 2 != 0) {
            z[zAt + rows - 1] = dotRow(dtype, w, at + (rows - 1) * rowBytes, x, xAt, n);
        }
    }

    /** The products of the rows at {@code a} and {@code b} become {@code z[zAt]} and its neighbour. */
    private void dotTwo(DType dtype, MemorySegment w, long a, long b, float[] x, int xAt, int n, float[] z, int zAt) {
        float[] lanes = new float[2 * LANES];
        int whole = n - n % LANES;
        switch (dtype) {
            case F32 -> floats(w, a, b, x, xAt, whole, lanes);
            case BF16 -> bfloats(w, a, b, x, xAt, whole, lanes);
            case F16 -> {
                if (!halves(w, a, b, x, xAt, whole, lanes)) {
                    Arrays.fill(lanes, 0);
                    whole = 0;
                }
            }
            default -> throw new IllegalArgumentException(dtype + " is not read in place");
        }
        z[zAt] = ScalarKernels.finishRow(dtype, w, a, x, xAt, whole, n, lanes, 0);
        z[zAt + 1] = ScalarKernels.finishRow(dtype, w, b, x, xAt, whole, n, lanes, LANES);
    }

    // Each pass sums two vectors of lanes, so that the order does not depend on the width. The loops count bytes of the segment: with
    // an offset that is computed from an int, the compiler checks every load and code is up to twice as slow.

    private void floats(MemorySegment w, long a, long b, float[] x, int xAt, int n, float[] lanes) {
        VectorSpecies<Float> s = species();
        int vl = s.length();
        for (int l = 0; l < LANES; l += 2 * vl) {
            FloatVector a0 = FloatVector.zero(s);
            FloatVector a1 = FloatVector.zero(s);
            FloatVector b0 = FloatVector.zero(s);
            FloatVector b1 = FloatVector.zero(s);
            int i = xAt + l;
            for (long from = a + l * 4L; from < a + n * 4L; from += LANES * 4L) {
                FloatVector x0 = FloatVector.fromArray(s, x, i);
                FloatVector x1 = FloatVector.fromArray(s, x, i + vl);
                a0 = FloatVector.fromMemorySegment(s, w, from, ORDER).fma(x0, a0);
                a1 = FloatVector.fromMemorySegment(s, w, from + vl * 4L, ORDER).fma(x1, a1);
                b0 = FloatVector.fromMemorySegment(s, w, from + (b - a), ORDER).fma(x0, b0);
                b1 = FloatVector.fromMemorySegment(s, w, from + (b - a) + vl * 4L, ORDER).fma(x1, b1);
                i += LANES;
            }
            a0.intoArray(lanes, l);
            a1.intoArray(lanes, l + vl);
            b0.intoArray(lanes, LANES + l);
            b1.intoArray(lanes, LANES + l + vl);
        }
    }

    private void bfloats(MemorySegment w, long a, long b, float[] x, int xAt, int n, float[] lanes) {
        VectorSpecies<Float> s = species();
        int vl = s.length();
        for (int l = 0; l < HALF; l += vl) {
            FloatVector a0 = FloatVector.zero(s);
            FloatVector a1 = FloatVector.zero(s);
            FloatVector b0 = FloatVector.zero(s);
            FloatVector b1 = FloatVector.zero(s);
            int i = xAt + l;
            for (long from = a + l * 4L; from < a + n * 2L; from += LANES * 2L) {
                FloatVector even = FloatVector.fromArray(s, x, i);
                FloatVector odd = FloatVector.fromArray(s, x, i + HALF);
                IntVector wa = IntVector.fromMemorySegment(intSpecies(), w, from, ORDER);
                IntVector wb = IntVector.fromMemorySegment(intSpecies(), w, from + (b - a), ORDER);
                a0 = wa.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(even, a0);
                a1 = wa.and(UPPER).reinterpretAsFloats().fma(odd, a1);
                b0 = wb.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(even, b0);
                b1 = wb.and(UPPER).reinterpretAsFloats().fma(odd, b1);
                i += LANES;
            }
            a0.intoArray(lanes, l);
            a1.intoArray(lanes, l + HALF);
            b0.intoArray(lanes, LANES + l);
            b1.intoArray(lanes, LANES + l + HALF);
        }
    }

    /** Infinities and NaNs are looked for, not made: false where there are any. */
    private boolean halves(MemorySegment w, long a, long b, float[] x, int xAt, int n, float[] lanes) {
        VectorSpecies<Float> s = species();
        int vl = s.length();
        ShortVector largest = ShortVector.zero(wideShortSpecies());
        for (int l = 0; l < HALF; l += vl) {
            FloatVector a0 = FloatVector.zero(s);
            FloatVector a1 = FloatVector.zero(s);
            FloatVector b0 = FloatVector.zero(s);
            FloatVector b1 = FloatVector.zero(s);
            int i = xAt + l;
            for (long from = a + l * 4L; from < a + n * 2L; from += LANES * 2L) {
                FloatVector even = FloatVector.fromArray(s, x, i);
                FloatVector odd = FloatVector.fromArray(s, x, i + HALF);
                IntVector wa = IntVector.fromMemorySegment(intSpecies(), w, from, ORDER);
                IntVector wb = IntVector.fromMemorySegment(intSpecies(), w, from + (b - a), ORDER);
                largest = largest.max(wa.reinterpretAsShorts().and((short) 0x7FFF)).max(wb.reinterpretAsShorts().and((short) 0x7FFF));
                a0 = half(wa.lanewise(VectorOperators.LSHL, 16)).fma(even, a0);
                a1 = half(wa).fma(odd, a1);
                b0 = half(wb.lanewise(VectorOperators.LSHL, 16)).fma(even, b0);
                b1 = half(wb).fma(odd, b1);
                i += LANES;
            }
            a0.intoArray(lanes, l);
            a1.intoArray(lanes, l + HALF);
            b0.intoArray(lanes, LANES + l);
            b1.intoArray(lanes, LANES + l + HALF);
        }
        return largest.reduceLanes(VectorOperators.MAX) < 0x7C00;
    }

    /** F16 in the upper half of each int. Its bits, moved to where a float has them, are its value times 2^-112, subnormal ones included. */
    private static FloatVector half(IntVector bits) {
        return bits.lanewise(VectorOperators.ASHR, 3).and(0x8FFF_E000).reinterpretAsFloats().mul(0x1p112f);
    }
}
