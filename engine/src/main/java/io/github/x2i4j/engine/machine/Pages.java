package io.github.x2i4j.engine.machine;

import java.lang.foreign.MemorySegment;

/** Memory pages from the operating system. */
interface Pages {
    /** Whole pages that can be read and written. */
    MemorySegment map(long bytes) throws DeclinedException;

    /** Makes pages executable and no longer writable. */
    void makeExecutable(MemorySegment pages) throws DeclinedException;

    void unmap(MemorySegment pages);
}
