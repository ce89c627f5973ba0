package io.github.x2i4j.engine;

import java.lang.foreign.MemorySegment;

/** Bytes in the memory of a device. Its owner, a scope, calls {@link #release()} when the bytes may be reused. */
public final class DeviceStorage implements Storage {
    private final long address;
    private final long byteSize;
    private final Reader reader;
    private volatile boolean released;

    /** Brings bytes of the device to the CPU, after all work on the device that was started before. */
    @FunctionalInterface
    public interface Reader {
        MemorySegment read(long address, long bytes);
    }

    public DeviceStorage(long address, long byteSize, Reader reader) {
        this.address = address;
        this.byteSize = byteSize;
        this.reader = reader;
    }

    /**
     * The device's address of the first byte.
     *
     * @throws IllegalStateException if the owner has been closed
     */
    public long address() {
        if (released) {
            throw new IllegalStateException("tensor used after the scope that owns it was closed");
        }
        return address;
    }

    @Override
    public long byteSize() {
        return byteSize;
    }

    @Override
    public MemorySegment segment() {
        throw new IllegalStateException("the elements of this tensor lie on a device: read them, or copy them to the CPU");
    }

    @Override
    public MemorySegment read(long offset, long bytes) {
        if (offset < 0 || bytes < 0 || offset > byteSize - bytes) {
            throw new IndexOutOfBoundsException(bytes + " bytes at " + offset + " of " + byteSize);
        }
        return reader.read(address() + offset, bytes);
    }

    @Override
    public void release() {
        released = true;
    }
}
