package io.github.x2i4j.engine.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory on loan from a {@link MemoryPool}; at least as large as asked for. Its content is undefined. */
public final class Block {
    private static final long ALIGNMENT = 64;

    private final MemorySegment segment;
    private final long address;
    private final long capacity;
    private final Runnable free;

    private Block(MemorySegment segment, long address, long capacity, Runnable free) {
        this.segment = segment;
        this.address = address;
        this.capacity = capacity;
        this.free = free;
    }

    /** Native memory, aligned to a cache line. */
    static Block host(long bytes) {
        Arena arena = Arena.ofShared();
        try {
            MemorySegment segment = arena.allocate(bytes, ALIGNMENT);
            return new Block(segment, segment.address(), bytes, arena::close);
        } catch (Throwable t) {
            arena.close();
            throw t;
        }
    }

    /** Memory that the CPU cannot reach. */
    public static Block device(long address, long bytes, Runnable free) {
        return new Block(null, address, bytes, free);
    }

    /** A block without memory. */
    static Block imagined(long bytes) {
        return new Block(null, 0, bytes, () -> { });
    }

    /** All bytes of the block; null where the CPU cannot reach them. */
    public MemorySegment segment() {
        return segment;
    }

    /** Where the block lies, in the memory of the CPU or of the device. */
    public long address() {
        return address;
    }

    /** Bytes of the block. */
    public long capacity() {
        return capacity;
    }

    /** Gives the memory back to where it came from, for owners that took it from there themselves; pools free their own. */
    public void free() {
        free.run();
    }
}
