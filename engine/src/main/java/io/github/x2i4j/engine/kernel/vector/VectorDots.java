package io.github.x2i4j.engine.kernel.vector;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.kernel.RunKernels;
import io.github.x2i4j.engine.kernel.ScalarKernels;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of a row of weights, as it lies in memory, with a vector. Nothing is copied, and one row is read after the other, so that
 * memory sees one stream and is never waited for longer than it takes.
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

    /** Shorts of as many lanes as {@link #species()}. */
    abstract VectorSpecies<Short> shortSpecies();

    @Override
    public final float dotRow(DType dtype, MemorySegment w, long at, float[] x, int xAt, int n) {
        float[] lanes = new float[LANES];
        int whole = n - n % LANES;
        switch (dtype) {
            case F32 -> floats(w, at, x, xAt, whole, lanes);
            case BF16 -> bfloats(w, at, x, xAt, whole, lanes);
            case F16 -> halves(w, at, x, xAt, whole, lanes);
            default -> throw new IllegalArgumentException(dtype + " is not read in place");
        }
        return ScalarKernels.finishRow(dtype, w, at, x, xAt, whole, n, lanes);
    }

    // Each pass sums two vectors of lanes, so that the order does not depend on the width. The loops count bytes of the segment: with
    // an offset that is computed from an int, the compiler checks every load and code is up to twice as slow.

    private void floats(MemorySegment w, long at, float[] x, int xAt, int n, float[] lanes) {
        VectorSpecies<Float> s = species();
        int vl = s.length();
        for (int l = 0; l < LANES; l += 2 * vl) {
            FloatVector s0 = FloatVector.zero(s);
            FloatVector s1 = FloatVector.zero(s);
            int i = xAt + l;
            for (long from = at + l * 4L; from < at + n * 4L; from += LANES * 4L) {
                s0 = FloatVector.fromMemorySegment(s, w, from, ORDER).fma(FloatVector.fromArray(s, x, i), s0);
                s1 = FloatVector.fromMemorySegment(s, w, from + vl * 4L, ORDER).fma(FloatVector.fromArray(s, x, i + vl), s1);
                i += LANES;
            }
            s0.intoArray(lanes, l);
            s1.intoArray(lanes, l + vl);
        }
    }

    private void bfloats(MemorySegment w, long at, float[] x, int xAt, int n, float[] lanes) {
        VectorSpecies<Float> s = species();
        int vl = s.length();
        for (int l = 0; l < HALF; l += vl) {
            FloatVector even = FloatVector.zero(s);
            FloatVector odd = FloatVector.zero(s);
            int i = xAt + l;
            for (long from = at + l * 4L; from < at + n * 2L; from += LANES * 2L) {
                IntVector two = IntVector.fromMemorySegment(intSpecies(), w, from, ORDER);
                even = two.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(FloatVector.fromArray(s, x, i), even);
                odd = two.and(UPPER).reinterpretAsFloats().fma(FloatVector.fromArray(s, x, i + HALF), odd);
                i += LANES;
            }
            even.intoArray(lanes, l);
            odd.intoArray(lanes, l + HALF);
        }
    }

    private void halves(MemorySegment w, long at, float[] x, int xAt, int n, float[] lanes) {
        VectorSpecies<Float> s = species();
        int vl = s.length();
        for (int l = 0; l < HALF; l += vl) {
            FloatVector even = FloatVector.zero(s);
            FloatVector odd = FloatVector.zero(s);
            int i = xAt + l;
            for (long from = at + l * 4L; from < at + n * 2L; from += LANES * 2L) {
                IntVector two = IntVector.fromMemorySegment(intSpecies(), w, from, ORDER);
                even = half(two.lanewise(VectorOperators.LSHL, 16)).fma(FloatVector.fromArray(s, x, i), even);
                odd = half(two.and(UPPER)).fma(FloatVector.fromArray(s, x, i + HALF), odd);
                i += LANES;
            }
            even.intoArray(lanes, l);
            odd.intoArray(lanes, l + HALF);
        }
    }

    /**
     * F16 in the upper half of each int. Its bits, moved to where a float has them, are its value times 2^-112, subnormal ones included;
     * infinities and NaNs then lack the upper bits of their exponent.
     */
    private static FloatVector half(IntVector bits) {
        IntVector moved = bits.and(0x7FFF_FFFF).lanewise(VectorOperators.LSHR, 3);
        IntVector value = moved.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
        return value.lanewise(VectorOperators.OR, 0x7F80_0000, moved.compare(VectorOperators.GE, 0x0F80_0000))
                .or(bits.and(0x8000_0000)).reinterpretAsFloats();
    }
}
