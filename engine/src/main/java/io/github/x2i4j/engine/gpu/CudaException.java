package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.X2iException;

/** A call of CUDA or cuBLAS that failed. */
public final class CudaException extends X2iException {
    /** {@code CUDA_ERROR_OUT_OF_MEMORY} */
    public static final int OUT_OF_MEMORY = 2;

    private final int status;

    /**
     * @param call name of the function
     * @param status what it returned
     * @param meaning what that means, for people
     */
    public CudaException(String call, int status, String meaning) {
        super(call + " failed: " + meaning + " (" + status + ")");
        this.status = status;
    }

    /** What the function returned. */
    public int status() {
        return status;
    }
}
