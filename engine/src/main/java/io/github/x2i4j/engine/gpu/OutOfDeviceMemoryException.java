package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.X2iException;

/** The device has too little memory. The engine stays usable. */
public final class OutOfDeviceMemoryException extends X2iException {
    /**
     * @param bytes asked for
     * @param forWeights whether they are for weights
     * @param tensors bytes that hold what is computed
     * @param weights bytes that hold weights
     */
    OutOfDeviceMemoryException(long bytes, boolean forWeights, CudaApi.DeviceBytes memory, long tensors, long weights) {
        super("the GPU has too little memory: " + megabytes(bytes) + " are needed and " + megabytes(memory.free()) + " of "
                + megabytes(memory.total()) + " are free, " + megabytes(tensors) + " hold this run's activations and " + megabytes(weights)
                + " its weights; " + ((forWeights ? weights + bytes > tensors : weights > tensors + bytes)
                        ? "let weights stream to it within a budget (--max-vram), " : "") + "draw a smaller picture, or use the CPU (--device cpu)");
    }

    private static String megabytes(long bytes) {
        return Math.ceilDiv(bytes, 1L << 20) + " MiB";
    }
}
