package io.github.x2i4j.loader.weights;

import io.github.x2i4j.engine.DType;
import java.util.HashMap;
import java.util.Map;

/** Element types that weight files name: first as safetensors spells them, then those that only GGUF files have, as ggml spells them. */
public enum StoredType {
    F64(1, 8, DType.F64),
    F32(1, 4, DType.F32),
    F16(1, 2, DType.F16),
    BF16(1, 2, DType.BF16),
    I64(1, 8, DType.I64),
    I32(1, 4, DType.I32),
    I16(1, 2, DType.I16),
    I8(1, 1, DType.I8),
    U8(1, 1, DType.U8),
    BOOL(1, 1, DType.BOOL),
    U16(1, 2, null),
    U32(1, 4, null),
    U64(1, 8, null),
    C64(1, 8, null),
    F8_E4M3(1, 1, DType.F8_E4M3),
    F8_E5M2(1, 1, DType.F8_E5M2),
    F8_E8M0(1, 1, null),
    F8_E4M3FNUZ(1, 1, null),
    F8_E5M2FNUZ(1, 1, null),
    F6_E2M3(4, 3, null),
    F6_E3M2(4, 3, null),
    F4(2, 1, null),
    Q4_0(DType.Q4_0),
    Q4_1(DType.Q4_1),
    Q5_0(DType.Q5_0),
    Q5_1(DType.Q5_1),
    Q8_0(DType.Q8_0),
    Q2_K(DType.Q2_K),
    Q3_K(DType.Q3_K),
    Q4_K(DType.Q4_K),
    Q5_K(DType.Q5_K),
    Q6_K(DType.Q6_K),
    Q8_1(32, 36),
    Q8_K(256, 292),
    IQ2_XXS(256, 66),
    IQ2_XS(256, 74),
    IQ3_XXS(256, 98),
    IQ1_S(256, 50),
    IQ4_NL(32, 18),
    IQ3_S(256, 110),
    IQ2_S(256, 82),
    IQ4_XS(256, 136),
    IQ1_M(256, 56),
    TQ1_0(256, 54),
    TQ2_0(256, 66),
    MXFP4(32, 17);

    private static final Map<String, StoredType> OF_SAFETENSORS = new HashMap<>();

    static {
        for (StoredType t : values()) {
            if (!t.ggml) {
                OF_SAFETENSORS.put(t.name(), t);
            }
        }
    }

    private final int blockElements;
    private final int blockBytes;
    private final DType dtype;
    private final boolean ggml;

    StoredType(int blockElements, int blockBytes, DType dtype) {
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
        this.dtype = dtype;
        ggml = false;
    }

    StoredType(DType dtype) {
        blockElements = dtype.blockElements();
        blockBytes = dtype.blockBytes();
        this.dtype = dtype;
        ggml = true;
    }

    StoredType(int blockElements, int blockBytes) {
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
        dtype = null;
        ggml = true;
    }

    /** The type that safetensors files call so, or null. */
    public static StoredType byName(String name) {
        return OF_SAFETENSORS.get(name);
    }

    /** The engine's type, or null if the engine cannot compute with it. */
    public DType dtype() {
        return dtype;
    }

    /** Elements that are stored together; each row of a tensor holds a whole number of such blocks. */
    public int blockElements() {
        return blockElements;
    }

    /**
     * Bytes of {@code elements} elements, or -1 if they fill no whole number of blocks.
     *
     * @throws ArithmeticException if the number of bytes does not fit a long
     */
    public long bytes(long elements) {
        return elements % blockElements == 0 ? Math.multiplyExact(elements / blockElements, blockBytes) : -1;
    }
}
