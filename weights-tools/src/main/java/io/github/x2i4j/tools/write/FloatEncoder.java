package io.github.x2i4j.tools.write;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import java.nio.ByteBuffer;

/** Writes floats as elements of a type, each rounded once, to the nearest, ties to even. */
@FunctionalInterface
public interface FloatEncoder {
    /**
     * @param values {@code count} of them from {@code from} on; a whole number of blocks
     * @param to little endian; filled from its position on
     */
    void encode(float[] values, int from, int count, ByteBuffer to);

    /**
     * The encoder of a type.
     *
     * @throws UnsupportedFeatureException if nothing is written in this type
     */
    static FloatEncoder of(DType dtype) {
        return switch (dtype) {
            case F32 -> FloatEncoder::f32;
            case F16 -> FloatEncoder::f16;
            case BF16 -> FloatEncoder::bf16;
            default -> throw new UnsupportedFeatureException("weights are not written as " + dtype + "; F32, F16 and BF16 are");
        };
    }

    private static void f32(float[] values, int from, int count, ByteBuffer to) {
        for (int i = from; i < from + count; i++) {
            to.putFloat(values[i]);
        }
    }

    private static void f16(float[] values, int from, int count, ByteBuffer to) {
        for (int i = from; i < from + count; i++) {
            to.putShort(Float.floatToFloat16(values[i]));
        }
    }

    private static void bf16(float[] values, int from, int count, ByteBuffer to) {
        for (int i = from; i < from + count; i++) {
            to.putShort(toBf16(values[i]));
        }
    }

    /** The upper half of the float, rounded; NaN stays NaN. */
    static short toBf16(float v) {
        int bits = Float.floatToRawIntBits(v);
        if (Float.isNaN(v)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }
}
