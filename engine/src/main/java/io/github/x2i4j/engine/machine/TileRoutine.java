package io.github.x2i4j.engine.machine;

import io.github.x2i4j.engine.kernel.BlockKernel.Ahead;
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
 * bStep, cStride, add, bAhead, then the address, stride and number of pieces of {@link Ahead}.
 *
 * <p>While a panel of B is multiplied, the next one is brought near, {@code bAhead} bytes for each k; and one piece of {@code ahead} for
 * each tile. AMX does neither.
 */
interface TileRoutine {
    /** Runs on native memory, for any time: the Java virtual machine may stop other threads and collect garbage meanwhile. */
    void call(MemorySegment a, MemorySegment b, MemorySegment c, long tiles, long panels, long depth, long bStep, long cStride, boolean add,
            long bAhead, Ahead ahead);
}
