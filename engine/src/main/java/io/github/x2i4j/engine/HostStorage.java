package io.github.x2i4j.engine;

import java.lang.foreign.MemorySegment;

/** Bytes in native or mapped memory. Its owner (a scope, a weight file) calls {@link #release()} when the bytes may be reused. */
public final class HostStorage implements Storage {
    private final MemorySegment segment;
    private volatile boolean released;

    public HostStorage(MemorySegment segment) {
        this.segment = segment;
    }

    @Override
    public long byteSize() {
        return segment.byteSize();
    }

    @Override
    public MemorySegment segment() {
        if (released) {
            throw new IllegalStateException("tensor used after the scope that owns it was closed");
        }
        return segment;
    }

    /** From now on every access through this storage fails. Called by the owner only. */
    public void release() {
        released = true;
    }
}
