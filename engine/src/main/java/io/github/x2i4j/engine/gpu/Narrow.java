package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.Tensor;

/** What kernels are told of operands that the device may hold as BF16: bits of {@code numbers.cuh}. */
final class Narrow {
    private static final int INPUT = 1;
    static final int OUTPUT = 2;
    private static final int MULTIPLIER = 4;
    private static final int ALIGNED = 8;
    /** Bytes that a thread reads or writes at once. */
    static final int VECTOR = 16;

    private Narrow() {
    }

    /** @param aligned whether threads may read and write several elements at once */
    static long bits(Tensor input, Tensor output, Tensor multiplier, boolean aligned) {
        return (Gpu.isNarrow(input) ? INPUT : 0) | (Gpu.isNarrow(output) ? OUTPUT : 0) | (Gpu.isNarrow(multiplier) ? MULTIPLIER : 0)
                | (aligned ? ALIGNED : 0);
    }

    /** Whether all addresses, of which some may be 0, are those of whole vectors. */
    static boolean aligned(long... addresses) {
        long all = 0;
        for (long address : addresses) {
            all |= address;
        }
        return all % VECTOR == 0;
    }
}
