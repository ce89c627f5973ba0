package io.github.x2i4j.engine;

import java.util.List;

/**
 * Brings blocks of weights to the memory of an engine's device while the device computes, and gives the memory of used ones to those
 * that come. Waiting is left to the device: a block's ops begin when its weights are there, and the next weights come when the ops
 * that used the memory before are done.
 *
 * <p>Used by the one thread that computes. Closing frees the memory of all blocks.
 */
public interface BlockUploads extends AutoCloseable {
    /** Weights lie at multiples of so many bytes within their block. */
    long ALIGNMENT = 256;

    /**
     * A weight: some bytes of the host.
     *
     * @param storage often a mapped file
     */
    record Piece(HostStorage storage, long offset, long bytes) {
    }

    /** A block of weights on its way to the device or there. */
    interface Upload {
        /**
         * From now on ops may use the weights: what is given to the device later begins when they are there.
         *
         * @throws InvalidInputException if their file was cut short
         */
        void require();

        /** The ops given to the device so far are the last that use the weights. */
        void release();
    }

    /** Bytes that a block takes on the device. */
    static long bytes(List<Piece> weights) {
        return weights.stream().mapToLong(p -> Math.ceilDiv(p.bytes, ALIGNMENT) * ALIGNMENT).sum();
    }

    /**
     * Begins to upload a block.
     *
     * @param stays whether it gets memory of its own instead of a slot that others use after it
     * @throws X2iException if the device has too little memory
     */
    Upload begin(List<Piece> weights, boolean stays);

    @Override
    void close();
}
