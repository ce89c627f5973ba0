package io.github.x2i4j.engine.format;

import io.github.x2i4j.engine.DType;

/**
 * Turns blocks of a stored type into floats, with the roundings of ggml's reference ({@code dequantize_row_*}): every product and
 * sum is rounded to float on its own. Stateless.
 */
public interface BlockDecoder {
    /** Writes the elements of {@code blocks} blocks, the first of which begins at {@code from[at]}, to {@code to[toAt]} and following. */
    void decode(byte[] from, int at, int blocks, float[] to, int toAt);

    /** True for types that are read through a decoder: fp8 and the block-quantised ones. */
    static boolean has(DType dtype) {
        return dtype.isFloat() && switch (dtype) {
            case F64, F32, F16, BF16 -> false;
            default -> true;
        };
    }

    /** The decoder of a type, in plain loops; see {@link #of(DType, Unpacker)}. */
    static BlockDecoder of(DType dtype) {
        return of(dtype, Unpacker.PLAIN);
    }

    /**
     * The decoder of a type.
     *
     * @param unpacker does the work
     * @throws IllegalArgumentException if {@link #has} is false
     */
    static BlockDecoder of(DType dtype, Unpacker unpacker) {
        Blocks32 small = new Blocks32(unpacker);
        Blocks256 large = new Blocks256(unpacker);
        return switch (dtype) {
            case F8_E4M3 -> Fp8.E4M3;
            case F8_E5M2 -> Fp8.E5M2;
            case Q4_0 -> small::q40;
            case Q4_1 -> small::q41;
            case Q5_0 -> small::q50;
            case Q5_1 -> small::q51;
            case Q8_0 -> small::q80;
            case Q2_K -> large::q2k;
            case Q3_K -> large::q3k;
            case Q4_K -> large::q4k;
            case Q5_K -> large::q5k;
            case Q6_K -> large::q6k;
            default -> throw new IllegalArgumentException(dtype + " has no decoder");
        };
    }
}
