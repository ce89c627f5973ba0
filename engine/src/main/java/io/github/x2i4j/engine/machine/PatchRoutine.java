package io.github.x2i4j.engine.machine;

import java.lang.foreign.MemorySegment;

/**
 * A routine that packs patches, as {@link io.github.x2i4j.engine.kernel.BlockKernel#packPatches} says.
 *
 * <p>Arguments as the System V ABI passes them: rdi = from, rsi = to, rdx = planes, rcx = height, r8 = width, r9 = planeStep, then on
 * the stack lineStep; both in bytes.
 */
interface PatchRoutine {
    /** Runs on native memory, for any time. */
    void call(MemorySegment from, MemorySegment to, long planes, long height, long width, long planeStep, long lineStep);
}
