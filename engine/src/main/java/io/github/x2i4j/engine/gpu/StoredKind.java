package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.UnsupportedFeatureException;

/** The numbers by which {@code convert.cu} knows types. */
final class StoredKind {
    private StoredKind() {
    }

    static int of(DType dtype) {
        return switch (dtype) {
            case F64 -> 0;
            case F32 -> 1;
            case F16 -> 2;
            case BF16 -> 3;
            default -> throw new UnsupportedFeatureException("the GPU does not read " + dtype + " yet; use the CPU (--device cpu)");
        };
    }
}
