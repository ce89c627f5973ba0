package io.github.x2i4j.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Bytes in the memory of a device. Its owner, a scope, calls {@link #release()} when the bytes may be reused.
 *
 * <p>Storage of F32 elements may be narrow: the device holds them as BF16, in half the bytes, as the ops that follow would round them
 * anyway. Sizes and offsets stay those of F32; only who computes on the device has to know.
 */
public final class DeviceStorage implements Storage {
    private final long address;
    private final long byteSize;
    private final Reader reader;
    private final boolean narrow;
    private volatile boolean released;

    /** Brings bytes of the device to the CPU, after all work on the device that was started before. */
    @FunctionalInterface
    public interface Reader {
        MemorySegment read(long address, long bytes);
    }

    public DeviceStorage(long address, long byteSize, Reader reader) {
        this(address, byteSize, reader, false);
    }

    /** @param narrow whether the device holds F32 elements as BF16 */
    public DeviceStorage(long address, long byteSize, Reader reader, boolean narrow) {
        this.narrow = narrow;
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

    /** Whether the device holds F32 elements as BF16. */
    public boolean isNarrow() {
        return narrow;
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
        return narrow ? widened(reader.read(address() + offset / 2, bytes / 2)) : reader.read(address() + offset, bytes);
    }

    private static MemorySegment widened(MemorySegment halves) {
        long n = halves.byteSize() / Short.BYTES;
        MemorySegment floats = Arena.ofAuto().allocate(n * Float.BYTES, 64);
        for (long i = 0; i < n; i++) {
            floats.setAtIndex(Tensor.INT, i, halves.getAtIndex(Tensor.SHORT, i) << 16);
        }
        return floats.asReadOnly();
    }

    @Override
    public void release() {
        released = true;
    }
}
