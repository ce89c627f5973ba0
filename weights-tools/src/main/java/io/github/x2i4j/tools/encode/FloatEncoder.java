package io.github.x2i4j.tools.encode;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes floats as elements of a type: those of plain types rounded once, to the nearest, ties to even; those of blocks with the
 * scales that a search found best.
 */
@FunctionalInterface
public interface FloatEncoder {
    /** All types that weights can be written in. */
    List<DType> WRITTEN = List.of(DType.F32, DType.BF16, DType.F16, DType.Q8_0, DType.Q6_K, DType.Q5_K, DType.Q4_K, DType.Q5_1, DType.Q5_0,
            DType.Q4_1, DType.Q4_0);

    /**
     * @param values {@code count} of them from {@code from} on; a whole number of blocks
     * @param to little endian; filled from its position on
     * @throws ArithmeticException if a value is beyond the type or no number at all, which plain types hold as they are
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
            case Q8_0 -> checked(Blocks32Encoder::q80);
            case Q4_0 -> checked(Blocks32Encoder::q40);
            case Q4_1 -> checked(Blocks32Encoder::q41);
            case Q5_0 -> checked(Blocks32Encoder::q50);
            case Q5_1 -> checked(Blocks32Encoder::q51);
            case Q4_K -> checked(Blocks256Encoder::q4k);
            case Q5_K -> checked(Blocks256Encoder::q5k);
            case Q6_K -> checked(Blocks256Encoder::q6k);
            default -> throw new UnsupportedFeatureException("weights are not written as " + dtype + "; " + WRITTEN.stream().map(DType::name)
                    .collect(Collectors.joining(", ")) + " are");
        };
    }

    /** Blocks hold nothing but numbers, and not too large ones: a search would find scales of zero for others, and tell nobody. */
    private static FloatEncoder checked(FloatEncoder blocks) {
        return (values, from, count, to) -> {
            for (int i = from; i < from + count; i++) {
                if (!(Math.abs(values[i]) < 0x1p40f)) {
                    throw new ArithmeticException("holds " + values[i] + " among values that share a scale");
                }
            }
            blocks.encode(values, from, count, to);
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
