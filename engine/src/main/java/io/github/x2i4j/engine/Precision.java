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
    BF16;

    /** As users write it: {@code f32}, {@code bf16}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
