package io.github.x2i4j.tools.read;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The values of a tensor, piece by piece, so that memory does not grow with it. */
public final class TensorValues {
    /** Values to ask for at once: a multiple of every block. */
    public static final int PIECE = 1 << 18;

    private TensorValues() {
    }

    /** Values {@code first} to {@code first + count} in full precision; whole blocks only. */
    public static void doubles(Tensor t, long first, int count, double[] out) {
        if (t.dtype() == DType.F64) {
            MemorySegment.copy(t.storage().segment(), Tensor.DOUBLE, t.byteOffset() + 8 * first, out, 0, count);
        } else if (t.dtype().isFloat()) {
            float[] floats = new float[count];
            floats(t, first, count, floats);
            for (int i = 0; i < count; i++) {
                out[i] = floats[i];
            }
        } else {
            for (int i = 0; i < count; i++) {
                out[i] = t.getLong(first + i);
            }
        }
    }

    /**
     * Values {@code first} to {@code first + count} of a floating-point tensor; whole blocks only. Those of F64 are rounded to odd: a
     * float that is inexact has its last bit set, so that rounding it once more, to 16 bits, gives what rounding the double would.
     */
    public static void floats(Tensor t, long first, int count, float[] out) {
        MemorySegment s = t.storage().segment();
        long at = t.byteOffset();
        switch (t.dtype()) {
            case F32 -> MemorySegment.copy(s, Tensor.FLOAT, at + 4 * first, out, 0, count);
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    out[i] = roundToOdd(s.get(Tensor.DOUBLE, at + 8 * (first + i)));
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    out[i] = Float.float16ToFloat(s.get(Tensor.SHORT, at + 2 * (first + i)));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    out[i] = Float.intBitsToFloat(s.get(Tensor.SHORT, at + 2 * (first + i)) << 16);
                }
            }
            default -> decode(t, first, count, out);
        }
    }

    /** Nearest floats, for where nothing is rounded after. */
    public static void nearestFloats(Tensor t, long first, int count, float[] out) {
        if (t.dtype() == DType.F64) {
            for (int i = 0; i < count; i++) {
                out[i] = (float) t.storage().segment().get(Tensor.DOUBLE, t.byteOffset() + 8 * (first + i));
            }
        } else {
            floats(t, first, count, out);
        }
    }

    private static void decode(Tensor t, long first, int count, float[] out) {
        for (int i = 0; i < count; i++) {
            out[i] = t.getFloat(first + i);
        }
    }

    static float roundToOdd(double d) {
        float f = (float) d;
        if (Double.isNaN(d) || f == d) {
            return f;
        }
        int bits = Float.floatToRawIntBits(f);
        if (Math.abs((double) f) > Math.abs(d)) {
            bits--;                                    // towards zero first
        }
        return Float.intBitsToFloat(bits | 1);
    }
}
