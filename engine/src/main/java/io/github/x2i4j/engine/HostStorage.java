package io.github.x2i4j.engine;

import java.lang.foreign.MemorySegment;

/** Bytes in native or mapped memory. Its owner (a scope, a weight file) calls {@link #release()} when the bytes may be reused. */
public final class HostStorage implements Storage {
    private final MemorySegment segment;
    private final long byteSize;
    private volatile boolean released;

    public HostStorage(MemorySegment segment) {
        this.segment = segment;
        this.byteSize = segment.byteSize();
    }

    private HostStorage(long byteSize) {
        this.segment = null;
        this.byteSize = byteSize;
        this.released = true;
    }

    /** A storage of which only the size is known: it stands for bytes that could not be had, and every access fails. */
    public static HostStorage absent(long byteSize) {
        return new HostStorage(byteSize);
    }

    @Override
    public long byteSize() {
        return byteSize;
    }

    @Override
    public MemorySegment segment() {
        if (released) {
            throw new IllegalStateException(segment == null
                    ? "tensor stands for a weight that is missing"
                    : "tensor used after the scope that owns it was closed");
        }
        return segment;
    }

    /** From now on every access through this storage fails. Called by the owner only. */
    public void release() {
        released = true;
    }
}
