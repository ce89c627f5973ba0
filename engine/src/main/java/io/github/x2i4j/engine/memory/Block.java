package io.github.x2i4j.engine.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Native memory on loan from a {@link MemoryPool}; at least as large as asked for. Its content is undefined. */
public final class Block {
    private final Arena arena;
    private final MemorySegment segment;
    private final long capacity;

    Block(Arena arena, MemorySegment segment) {
        this.arena = arena;
        this.segment = segment;
        this.capacity = segment.byteSize();
    }

    private Block(long capacity) {
        this.arena = null;
        this.segment = null;
        this.capacity = capacity;
    }

    /** A block without memory. */
    static Block imagined(long capacity) {
        return new Block(capacity);
    }

    /** All bytes of the block, aligned to a cache line; null for a block without memory. */
    public MemorySegment segment() {
        return segment;
    }

    /** Bytes of the block. */
    public long capacity() {
        return capacity;
    }

    void free() {
        if (arena != null) {
            arena.close();
        }
    }
}
