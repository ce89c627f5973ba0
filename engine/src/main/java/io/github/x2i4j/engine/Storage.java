package io.github.x2i4j.engine;

import java.lang.foreign.MemorySegment;

/** Where the elements of a tensor lie. Closed, so that every kernel states what it can reach. */
public sealed interface Storage permits HostStorage {
    /** Size in bytes. */
    long byteSize();

    /**
     * The bytes, where the CPU can reach them.
     *
     * @throws IllegalStateException if the owner has been closed
     */
    MemorySegment segment();
}
