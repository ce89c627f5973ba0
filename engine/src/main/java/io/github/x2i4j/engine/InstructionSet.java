package io.github.x2i4j.engine;

import java.util.Locale;

/** Instructions that machine code may use; each includes those before it that it needs. */
public enum InstructionSet {
    /** AVX2 and FMA: F32 in vectors of 256 bits. */
    AVX2,
    /** AVX-512F: F32 in vectors of 512 bits. */
    AVX512,
    /** F32 as {@link #AVX512}; BF16 by dot products of pairs (VDPBF16PS). */
    AVX512_BF16,
    /** F32 as {@link #AVX512}; BF16 in tiles of 16 x 16 sums (TDPBF16PS). */
    AMX_BF16;

    /** As users write it: {@code avx2}, {@code avx512}, {@code avx512-bf16}, {@code amx-bf16}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether it multiplies BF16. */
    public boolean hasBF16() {
        return this == AVX512_BF16 || this == AMX_BF16;
    }
}
