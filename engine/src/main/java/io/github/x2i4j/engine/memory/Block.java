package io.github.x2i4j.engine.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Native memory on loan from a {@link MemoryPool}; at least as large as asked for. Its content is undefined. */
public final class Block {
    private final Arena arena;
    private final MemorySegment segment;

    Block(Arena arena, MemorySegment segment) {
        this.arena = arena;
        this.segment = segment;
    }

    /** All bytes of the block, aligned to a cache line. */
    public MemorySegment segment() {
        return segment;
    }

    /** Bytes of the block. */
    public long capacity() {
        return segment.byteSize();
    }

    void free() {
        arena.close();
    }
}
