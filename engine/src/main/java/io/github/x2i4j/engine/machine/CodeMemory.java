package io.github.x2i4j.engine.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Owns executable memory that holds some routines. It is filled while it is writable and executable from then on, never both at
 * once. A call after {@link #close} fails with {@link IllegalStateException}; one that runs meanwhile is waited for.
 */
@SuppressWarnings("restricted")
final class CodeMemory implements AutoCloseable {
    /** Routines begin at whole cache lines, and so does data that follows them. */
    private static final int ALIGNMENT = 64;
    private static final long WAIT_NANOS = 100_000;

    private final Arena arena = Arena.ofShared();
    private final List<MemorySegment> entries = new ArrayList<>();

    /** @throws DeclinedException if the system refuses such memory */
    CodeMemory(Pages pages, List<byte[]> routines) throws DeclinedException {
        try {
            long size = routines.stream().mapToLong(r -> aligned(r.length)).sum();
            MemorySegment memory = pages.map(size).reinterpret(arena, pages::unmap);
            long at = 0;
            for (byte[] r : routines) {
                MemorySegment.copy(MemorySegment.ofArray(r), 0, memory, at, r.length);
                entries.add(memory.asSlice(at, r.length));
                at += aligned(r.length);
            }
            pages.makeExecutable(memory);
        } catch (Throwable t) {
            arena.close();
            throw t;
        }
    }

    private static long aligned(long length) {
        return Math.ceilDiv(length, ALIGNMENT) * ALIGNMENT;
    }

    /** Where routine {@code i} begins. */
    MemorySegment entry(int i) {
        return entries.get(i);
    }

    /** Gives the memory back to the system. */
    @Override
    public void close() {
        while (arena.scope().isAlive()) {
            try {
                arena.close();
            } catch (IllegalStateException e) {
                // A thread is in a call.
                LockSupport.parkNanos(WAIT_NANOS);
            }
        }
    }
}
