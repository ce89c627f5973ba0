package io.github.x2i4j.engine;

import java.lang.foreign.MemorySegment;

/** Where the elements of a tensor lie. Closed, so that every kernel states what it can reach. */
public sealed interface Storage permits HostStorage, DeviceStorage {
    /** Size in bytes. */
    long byteSize();

    /**
     * The bytes, where the CPU can reach them.
     *
     * @throws IllegalStateException if the owner has been closed, or if the bytes lie on a device
     */
    MemorySegment segment();

    /**
     * Bytes for reading: where they lie if the CPU reaches them, otherwise a copy, which waits for the device.
     *
     * @throws IllegalStateException if the owner has been closed
     */
    MemorySegment read(long offset, long bytes);

    /** From now on every access through this storage fails. Called by the owner only. */
    void release();
}
