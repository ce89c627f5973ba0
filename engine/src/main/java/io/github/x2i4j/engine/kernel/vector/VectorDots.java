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
 * Products of rows of weights, as they lie in memory, with a vector. Nothing is copied. One row is read after the other: the
 * processor fetches one stream ahead twice as fast as two that take turns.
 *
 * <p>Formats of 16 bits are loaded as ints, one weight in the upper half and one in the lower. The loop stands here once for each
 * format because the compiler makes vectors of loads only where it knows them in the loop.
 */
abstract class VectorDots implements RunKernels {
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final int HALF = LANES / 2;
    private static final int UPPER = 0xFFFF_0000;
    /** Of F16: all bits but the sign, and those of infinity. */
    private static final short MAGNITUDE = 0x7FFF;
    private static final short INFINITY = 0x7C00;

    abstract VectorSpecies<Float> species();

    abstract VectorSpecies<Integer> intSpecies();

    /** Shorts of as many bits as {@link #species()}. */
    abstract VectorSpecies<Short> wideShortSpecies();

    /** Shorts of as many lanes as {@link #species()}. */
    abstract VectorSpecies<Short> shortSpecies();

    @Override
    public final float dotRow(DType dtype, MemorySegment w, long at, float[] x, int xAt, int n) {
        float[] lanes = new float[LANES];
        int whole = n - n % (dtype != DType.F32 && wide() ? 2 * LANES : LANES);
        switch (dtype) {
            case F32 -> floats(w, at, x, xAt, whole, lanes);
            case BF16 -> bfloats(w, at, x, xAt, whole, lanes);
            case F16 -> {
                if (!halves(w, at, x, xAt, whole, lanes)) {
                    Arrays.fill(lanes, 0);
                    whole = 0;
                }
            }
            default -> throw new IllegalArgumentException(dtype + " is not read in place");
        }
        return ScalarKernels.finishRow(dtype, w, at, x, xAt, whole, n, lanes);
    }

    /** Whether two vectors hold all lanes. Narrower ones take four in a pass over the row, and the narrowest two passes. */
    private boolean wide() {
        return species().length() == HALF;
    }

    // The loops count bytes of the segment: with an offset that is computed from an int, the compiler checks every load and code is up
    // to twice as slow.

    private void floats(MemorySegment w, long at, float[] x, int xAt, int n, float[] lanes) {
        VectorSpecies<Float> s = species();
        int vl = s.length();
        for (int l = 0; l < LANES; l += 4 * vl) {
            FloatVector s0 = FloatVector.zero(s);
            FloatVector s1 = FloatVector.zero(s);
            FloatVector s2 = FloatVector.zero(s);
            FloatVector s3 = FloatVector.zero(s);
            int i = xAt + l;
            for (long from = at + l * 4L; from < at + n * 4L; from += LANES * 4L) {
                s0 = FloatVector.fromMemorySegment(s, w, from, ORDER).fma(FloatVector.fromArray(s, x, i), s0);
                s1 = FloatVector.fromMemorySegment(s, w, from + vl * 4L, ORDER).fma(FloatVector.fromArray(s, x, i + vl), s1);
                if (!wide()) {
                    s2 = FloatVector.fromMemorySegment(s, w, from + vl * 8L, ORDER).fma(FloatVector.fromArray(s, x, i + 2 * vl), s2);
                    s3 = FloatVector.fromMemorySegment(s, w, from + vl * 12L, ORDER).fma(FloatVector.fromArray(s, x, i + 3 * vl), s3);
                }
                i += LANES;
            }
            s0.intoArray(lanes, l);
            s1.intoArray(lanes, l + vl);
            if (!wide()) {
                s2.intoArray(lanes, l + 2 * vl);
                s3.intoArray(lanes, l + 3 * vl);
            }
        }
    }

    // Below, a pass reads two vectors of ints. Wide ones belong to the same sums; small loops are unrolled so far that memory falls behind.

    private void bfloats(MemorySegment w, long at, float[] x, int xAt, int n, float[] lanes) {
        VectorSpecies<Float> s = species();
        int vl = s.length();
        int step = wide() ? 2 * LANES : LANES;
        for (int l = 0; l < HALF; l += 2 * vl) {
            FloatVector s0 = FloatVector.zero(s);
            FloatVector s1 = FloatVector.zero(s);
            FloatVector s2 = FloatVector.zero(s);
            FloatVector s3 = FloatVector.zero(s);
            int i = xAt + l;
            for (long from = at + l * 4L; from < at + n * 2L; from += step * 2L) {
                IntVector a = IntVector.fromMemorySegment(intSpecies(), w, from, ORDER);
                IntVector b = IntVector.fromMemorySegment(intSpecies(), w, from + vl * 4L, ORDER);
                s0 = lower(a).fma(FloatVector.fromArray(s, x, i), s0);
                s1 = upper(a).fma(FloatVector.fromArray(s, x, i + HALF), s1);
                if (wide()) {
                    s0 = lower(b).fma(FloatVector.fromArray(s, x, i + LANES), s0);
                    s1 = upper(b).fma(FloatVector.fromArray(s, x, i + LANES + HALF), s1);
                } else {
                    s2 = lower(b).fma(FloatVector.fromArray(s, x, i + vl), s2);
                    s3 = upper(b).fma(FloatVector.fromArray(s, x, i + vl + HALF), s3);
                }
                i += step;
            }
            store(s0, s1, s2, s3, lanes, l);
        }
    }

    /** Infinities and NaNs are looked for, not made: false where there are any. */
    private boolean halves(MemorySegment w, long at, float[] x, int xAt, int n, float[] lanes) {
        VectorSpecies<Float> s = species();
        int vl = s.length();
        int step = wide() ? 2 * LANES : LANES;
        ShortVector largest = ShortVector.zero(wideShortSpecies());
        for (int l = 0; l < HALF; l += 2 * vl) {
            FloatVector s0 = FloatVector.zero(s);
            FloatVector s1 = FloatVector.zero(s);
            FloatVector s2 = FloatVector.zero(s);
            FloatVector s3 = FloatVector.zero(s);
            int i = xAt + l;
            for (long from = at + l * 4L; from < at + n * 2L; from += step * 2L) {
                IntVector a = IntVector.fromMemorySegment(intSpecies(), w, from, ORDER);
                IntVector b = IntVector.fromMemorySegment(intSpecies(), w, from + vl * 4L, ORDER);
                largest = largest.max(a.reinterpretAsShorts().and(MAGNITUDE)).max(b.reinterpretAsShorts().and(MAGNITUDE));
                s0 = half(a.lanewise(VectorOperators.LSHL, 16)).fma(FloatVector.fromArray(s, x, i), s0);
                s1 = half(a).fma(FloatVector.fromArray(s, x, i + HALF), s1);
                if (wide()) {
                    s0 = half(b.lanewise(VectorOperators.LSHL, 16)).fma(FloatVector.fromArray(s, x, i + LANES), s0);
                    s1 = half(b).fma(FloatVector.fromArray(s, x, i + LANES + HALF), s1);
                } else {
                    s2 = half(b.lanewise(VectorOperators.LSHL, 16)).fma(FloatVector.fromArray(s, x, i + vl), s2);
                    s3 = half(b).fma(FloatVector.fromArray(s, x, i + vl + HALF), s3);
                }
                i += step;
            }
            store(s0, s1, s2, s3, lanes, l);
        }
        return largest.reduceLanes(VectorOperators.MAX) < INFINITY;
    }

    private void store(FloatVector s0, FloatVector s1, FloatVector s2, FloatVector s3, float[] lanes, int l) {
        s0.intoArray(lanes, l);
        s1.intoArray(lanes, l + HALF);
        if (!wide()) {
            int vl = s0.length();
            s2.intoArray(lanes, l + vl);
            s3.intoArray(lanes, l + vl + HALF);
        }
    }

    private static FloatVector lower(IntVector bits) {
        return bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    private static FloatVector upper(IntVector bits) {
        return bits.and(UPPER).reinterpretAsFloats();
    }

    /** F16 in the upper half of each int. Its bits, moved to where a float has them, are its value times 2^-112, subnormal ones included. */
    private static FloatVector half(IntVector bits) {
        return bits.lanewise(VectorOperators.ASHR, 3).and(0x8FFF_E000).reinterpretAsFloats().mul(0x1p112f);
    }
}
