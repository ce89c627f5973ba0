package io.github.x2i4j.engine.kernel.vector;

import io.github.x2i4j.engine.kernel.RunKernels;
import io.github.x2i4j.engine.kernel.TileKernel;
import jdk.incubator.vector.FloatVector;

/** The vector kernels. To be touched only where the module {@code jdk.incubator.vector} is present. */
public final class VectorSupport {
    /** Vector kernels of one width. */
    public record Kernels(TileKernel tiles, RunKernels runs) {
    }

    private VectorSupport() {
    }

    /** The widest vectors that the processor has and Java uses; at most 512. */
    public static int preferredBits() {
        return Math.min(512, FloatVector.SPECIES_PREFERRED.vectorBitSize());
    }

    /** @param bits 128, 256 or 512 */
    public static Kernels kernels(int bits) {
        VectorKernels kernels = switch (bits) {
            case 128 -> new Vector128();
            case 256 -> new Vector256();
            case 512 -> new Vector512();
            default -> throw new IllegalArgumentException(bits + " bits");
        };
        return new Kernels(kernels, kernels);
    }
}
