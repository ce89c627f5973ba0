package io.github.x2i4j.engine;

import java.util.Locale;

/** How products of matrices are computed. Sums are F32 or wider either way. */
public enum Precision {
    /** Factors are F32; results are the same whatever the processor. */
    F32,
    /**
     * Factors of large products and of attention are rounded to BF16 where machine code has instructions for it; elsewhere everything
     * stays F32. A GPU rounds the factors of all products and of attention. Faster, and different in the third digit.
     */
    BF16,
    /**
     * On a GPU of compute capability 8.9 or newer: as BF16, but factors of large linear layers are rounded to 8 bits (e4m3), in units of
     * the largest magnitude of each tensor. Faster still, and different in the second digit.
     */
    FP8;

    /** As users write it: {@code f32}, {@code bf16}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
