package io.github.x2i4j.tools.read;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Mapped;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.format.BlockDecoder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The values of a tensor, piece by piece, so that memory does not grow with it. A mapped file that is cut meanwhile is an
 * {@link io.github.x2i4j.engine.InvalidInputException} that names it.
 */
public final class TensorValues {
    /** Values to ask for at once: a multiple of every block. */
    public static final int PIECE = 1 << 18;

    private TensorValues() {
    }

    /** Values {@code first} to {@code first + count} in full precision; whole blocks only. */
    public static void doubles(Tensor t, long first, int count, double[] out) {
        Mapped.reading(() -> {
            readDoubles(t, first, count, out);
            return t;
        }, t);
    }

    private static void readDoubles(Tensor t, long first, int count, double[] out) {
        if (t.dtype() == DType.F64) {
            MemorySegment.copy(t.storage().segment(), Tensor.DOUBLE, t.byteOffset() + 8 * first, out, 0, count);
        } else if (t.dtype().isFloat()) {
            float[] floats = new float[count];
            readFloats(t, first, count, floats, 0);
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
     * Values {@code first} to {@code first + count} of a floating-point tensor, to {@code out[at]} and following; whole blocks only.
     * Those of F64 are rounded to odd: a float that is inexact has its last bit set, so that rounding it once more, to 16 bits, gives
     * what rounding the double would.
     */
    public static void floats(Tensor t, long first, int count, float[] out, int at) {
        Mapped.reading(() -> {
            readFloats(t, first, count, out, at);
            return t;
        }, t);
    }

    private static void readFloats(Tensor t, long first, int count, float[] out, int at) {
        MemorySegment s = t.storage().segment();
        long start = t.byteOffset();
        switch (t.dtype()) {
            case F32 -> MemorySegment.copy(s, Tensor.FLOAT, start + 4 * first, out, at, count);
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    out[at + i] = roundToOdd(s.get(Tensor.DOUBLE, start + 8 * (first + i)));
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    out[at + i] = Float.float16ToFloat(s.get(Tensor.SHORT, start + 2 * (first + i)));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    out[at + i] = Float.intBitsToFloat(s.get(Tensor.SHORT, start + 2 * (first + i)) << 16);
                }
            }
            default -> {
                byte[] bytes = new byte[Math.toIntExact(t.dtype().bytes(count))];
                MemorySegment.copy(s, ValueLayout.JAVA_BYTE, start + t.dtype().bytes(first), bytes, 0, bytes.length);
                BlockDecoder.of(t.dtype()).decode(bytes, 0, count / t.dtype().blockElements(), out, at);
            }
        }
        if (t.scale() != 1) {
            for (int i = at; i < at + count; i++) {
                out[i] *= t.scale();
            }
        }
    }

    /** Nearest floats, for where nothing is rounded after. */
    public static void nearestFloats(Tensor t, long first, int count, float[] out, int at) {
        if (t.dtype() == DType.F64) {
            double[] exact = new double[count];
            doubles(t, first, count, exact);
            for (int i = 0; i < count; i++) {
                out[at + i] = (float) exact[i];
            }
        } else {
            floats(t, first, count, out, at);
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
