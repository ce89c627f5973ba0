package io.github.x2i4j.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Bytes in native or mapped memory. Its owner (a scope, a weight file) calls {@link #release()} when the bytes may be reused. */
public final class HostStorage implements Storage {
    private final MemorySegment segment;
    private final long byteSize;
    private final boolean imagined;
    private final Mapped.Source source;
    private volatile MemorySegment zeros;
    private final List<Runnable> releaseActions = new ArrayList<>(0);
    private volatile boolean released;

    public HostStorage(MemorySegment segment) {
        this(segment, null);
    }

    /** @param source the file that {@code segment} is mapped from */
    public HostStorage(MemorySegment segment, Mapped.Source source) {
        this.segment = segment;
        this.byteSize = segment.byteSize();
        this.imagined = false;
        this.source = source;
    }

    private HostStorage(long byteSize, boolean imagined) {
        this.segment = null;
        this.byteSize = byteSize;
        this.imagined = imagined;
        this.source = null;
        this.released = !imagined;
    }

    /** A storage of which only the size is known: it stands for bytes that could not be had, and every access fails. */
    public static HostStorage absent(long byteSize) {
        return new HostStorage(byteSize, false);
    }

    /** A storage that stands for bytes nobody computes; where they are read after all, they are zeros made at that moment. */
    static HostStorage imagined(long byteSize) {
        return new HostStorage(byteSize, true);
    }

    /** True for what a {@link Rehearsal} made. */
    boolean isImagined() {
        return imagined;
    }

    /** The file that the bytes are mapped from, or null. */
    public Mapped.Source source() {
        return source;
    }

    @Override
    public long byteSize() {
        return byteSize;
    }

    @Override
    public MemorySegment segment() {
        if (released) {
            throw new IllegalStateException(segment == null && !imagined
                    ? "tensor stands for a weight that is missing"
                    : "tensor used after the scope that owns it was closed");
        }
        return imagined ? zeros() : segment;
    }

    private synchronized MemorySegment zeros() {
        if (zeros == null) {
            zeros = Arena.ofAuto().allocate(byteSize).asReadOnly();
        }
        return zeros;
    }

    @Override
    public MemorySegment read(long offset, long bytes) {
        return segment().asSlice(offset, bytes);
    }

    /** What is done when the bytes may be reused, such as to forget copies of them. Done at once if that was already. */
    public void onRelease(Runnable action) {
        synchronized (this) {
            if (!released) {
                releaseActions.add(action);
                return;
            }
        }
        action.run();
    }

    @Override
    public void release() {
        List<Runnable> actions;
        synchronized (this) {
            released = true;
            actions = List.copyOf(releaseActions);
            releaseActions.clear();
        }
        actions.forEach(Runnable::run);
    }
}
