package io.github.x2i4j.model.memory;

/**
 * What CUDA takes of a GPU's memory for itself, in bytes.
 *
 * @param context context, kernels and workspaces of cuBLAS. An estimate on the safe side: it has not been measured on a card
 */
public record CudaMemory(long context) implements Overhead {
    private static final long CONTEXT = 600_000_000;

    /** Of a process that uses one GPU. */
    public static CudaMemory usual() {
        return new CudaMemory(CONTEXT);
    }

    @Override
    public long bytes() {
        return context;
    }
}
