package io.github.x2i4j.engine.machine;

import java.lang.foreign.MemorySegment;

/**
 * A routine that multiplies tiles, as code calls it:
 *
 * <pre>
 * for each panel p:  for each tile t:   C[t, p] (+)= A[t] B[p]
 * </pre>
 *
 * <p>The tiles of A follow one another, each with rows {@link TileShape#DEPTH} words apart. B of panel p begins {@code p bStep}
 * bytes after {@code b} and has one row of a tile's columns for each k. C[t, p] begins {@code t} tiles below and {@code p} tiles to
 * the right of {@code c}; its rows lie {@code cStride} bytes apart.
 *
 * <p>Arguments as the System V ABI passes them: rdi = a, rsi = b, rdx = c, rcx = tiles, r8 = panels, r9 = depth, then on the stack
 * bStep, cStride, add.
 */
interface TileRoutine {
    /** Runs on native memory, for any time: the Java virtual machine may stop other threads and collect garbage meanwhile. */
    void call(MemorySegment a, MemorySegment b, MemorySegment c, long tiles, long panels, long depth, long bStep, long cStride, boolean add);

    /** Runs on heap arrays, too. The collector waits meanwhile, so it must be over in a few microseconds. */
    void callShort(MemorySegment a, MemorySegment b, MemorySegment c, long tiles, long panels, long depth, long bStep, long cStride,
            boolean add);
}
