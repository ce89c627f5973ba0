package io.github.x2i4j.engine.machine;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Owns executable memory that holds some routines. It is filled while it is writable and executable from then on, never both at
 * once. After {@link #close} no routine may be called.
 */
final class CodeMemory implements AutoCloseable {
    /** Routines begin at whole cache lines, and so does data that follows them. */
    private static final int ALIGNMENT = 64;

    private final Pages pages;
    private final MemorySegment memory;
    private final List<MemorySegment> entries = new ArrayList<>();
    private boolean closed;

    /** @throws DeclinedException if the system refuses such memory */
    CodeMemory(Pages pages, List<byte[]> routines) throws DeclinedException {
        this.pages = pages;
        long size = 0;
        for (byte[] r : routines) {
            size += Math.ceilDiv(r.length, ALIGNMENT) * (long) ALIGNMENT;
        }
        memory = pages.map(size);
        try {
            long at = 0;
            for (byte[] r : routines) {
                MemorySegment.copy(MemorySegment.ofArray(r), 0, memory, at, r.length);
                entries.add(memory.asSlice(at, r.length));
                at += Math.ceilDiv(r.length, ALIGNMENT) * (long) ALIGNMENT;
            }
            pages.makeExecutable(memory);
        } catch (Throwable t) {
            pages.unmap(memory);
            throw t;
        }
    }

    /** Where routine {@code i} begins. */
    MemorySegment entry(int i) {
        return entries.get(i);
    }

    /** Gives the memory back to the system. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            pages.unmap(memory);
        }
    }
}
