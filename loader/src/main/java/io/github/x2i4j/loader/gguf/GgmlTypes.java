package io.github.x2i4j.loader.gguf;

import io.github.x2i4j.loader.weights.StoredType;

/** The numbers of ggml's element types (enum ggml_type). */
final class GgmlTypes {
    private static final StoredType[] BY_NUMBER = new StoredType[40];

    static {
        put(0, StoredType.F32, StoredType.F16, StoredType.Q4_0, StoredType.Q4_1);
        put(6, StoredType.Q5_0, StoredType.Q5_1, StoredType.Q8_0, StoredType.Q8_1, StoredType.Q2_K, StoredType.Q3_K, StoredType.Q4_K,
                StoredType.Q5_K, StoredType.Q6_K, StoredType.Q8_K, StoredType.IQ2_XXS, StoredType.IQ2_XS, StoredType.IQ3_XXS,
                StoredType.IQ1_S, StoredType.IQ4_NL, StoredType.IQ3_S, StoredType.IQ2_S, StoredType.IQ4_XS, StoredType.I8, StoredType.I16,
                StoredType.I32, StoredType.I64, StoredType.F64, StoredType.IQ1_M, StoredType.BF16);
        put(34, StoredType.TQ1_0, StoredType.TQ2_0);
        put(39, StoredType.MXFP4);
    }

    private GgmlTypes() {
    }

    private static void put(int first, StoredType... types) {
        System.arraycopy(types, 0, BY_NUMBER, first, types.length);
    }

    /** The type of a number, or null. */
    static StoredType of(int number) {
        return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
    }
}
