package io.github.x2i4j.loader.weights;

import io.github.x2i4j.engine.DType;
import java.util.HashMap;
import java.util.Map;

/** Element types that weight files name, spelled as safetensors spells them. */
public enum StoredType {
    F64(64, DType.F64),
    F32(32, DType.F32),
    F16(16, DType.F16),
    BF16(16, DType.BF16),
    I64(64, DType.I64),
    I32(32, DType.I32),
    I16(16, DType.I16),
    I8(8, DType.I8),
    U8(8, DType.U8),
    BOOL(8, DType.BOOL),
    U16(16, null),
    U32(32, null),
    U64(64, null),
    C64(64, null),
    F8_E4M3(8, null),
    F8_E5M2(8, null),
    F8_E8M0(8, null),
    F8_E4M3FNUZ(8, null),
    F8_E5M2FNUZ(8, null),
    F6_E2M3(6, null),
    F6_E3M2(6, null),
    F4(4, null);

    private static final Map<String, StoredType> BY_NAME = new HashMap<>();

    static {
        for (StoredType t : values()) {
            BY_NAME.put(t.name(), t);
        }
    }

    private final int bits;
    private final DType dtype;

    StoredType(int bits, DType dtype) {
        this.bits = bits;
        this.dtype = dtype;
    }

    /** The type of this name, or null. */
    public static StoredType byName(String name) {
        return BY_NAME.get(name);
    }

    /** The engine's type, or null if the engine cannot compute with it. */
    public DType dtype() {
        return dtype;
    }

    /**
     * Bytes of {@code elements} elements, or -1 if they fill no whole number of bytes.
     *
     * @throws ArithmeticException if the number of bits does not fit a long
     */
    public long bytes(long elements) {
        long total = Math.multiplyExact(elements, bits);
        return total % 8 == 0 ? total / 8 : -1;
    }
}
