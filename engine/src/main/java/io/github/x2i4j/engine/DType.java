package io.github.x2i4j.engine;

/**
 * Element types as they lie in memory, little endian.
 *
 * <p>A type is a block of {@link #blockElements()} elements in {@link #blockBytes()} bytes; plain types have blocks of one
 * element, block-quantised types have more. Sizes are therefore always asked with {@link #bytes(long)}.
 */
public enum DType {
    F64(1, 8, Kind.FLOAT),
    F32(1, 4, Kind.FLOAT),
    F16(1, 2, Kind.FLOAT),
    BF16(1, 2, Kind.FLOAT),
    /** 1 sign, 4 exponent, 3 mantissa bits, no infinity (fp8 "e4m3fn"). */
    F8_E4M3(1, 1, Kind.FLOAT),
    /** 1 sign, 5 exponent, 2 mantissa bits: the upper half of an F16. */
    F8_E5M2(1, 1, Kind.FLOAT),
    // the block-quantised types of GGUF files, see io.github.x2i4j.engine.format
    Q4_0(32, 18, Kind.FLOAT),
    Q4_1(32, 20, Kind.FLOAT),
    Q5_0(32, 22, Kind.FLOAT),
    Q5_1(32, 24, Kind.FLOAT),
    Q8_0(32, 34, Kind.FLOAT),
    Q2_K(256, 84, Kind.FLOAT),
    Q3_K(256, 110, Kind.FLOAT),
    Q4_K(256, 144, Kind.FLOAT),
    Q5_K(256, 176, Kind.FLOAT),
    Q6_K(256, 210, Kind.FLOAT),
    I64(1, 8, Kind.INTEGER),
    I32(1, 4, Kind.INTEGER),
    I16(1, 2, Kind.INTEGER),
    I8(1, 1, Kind.INTEGER),
    U8(1, 1, Kind.INTEGER),
    BOOL(1, 1, Kind.INTEGER);

    private enum Kind { FLOAT, INTEGER }

    private final int blockElements;
    private final int blockBytes;
    private final Kind kind;

    DType(int blockElements, int blockBytes, Kind kind) {
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
        this.kind = kind;
    }

    /** Elements of one block. */
    public int blockElements() {
        return blockElements;
    }

    /** Bytes of one block. */
    public int blockBytes() {
        return blockBytes;
    }

    /** True for types that hold real numbers. */
    public boolean isFloat() {
        return kind == Kind.FLOAT;
    }

    /**
     * Bytes of {@code elements} elements.
     *
     * @throws IllegalArgumentException if {@code elements} is no whole number of blocks
     * @throws ArithmeticException if the result does not fit a long
     */
    public long bytes(long elements) {
        if (elements < 0 || elements % blockElements != 0) {
            throw new IllegalArgumentException(elements + " elements are no whole number of " + this + " blocks");
        }
        return Math.multiplyExact(elements / blockElements, blockBytes);
    }
}
