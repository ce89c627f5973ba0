package io.github.x2i4j.engine.machine;

import java.lang.foreign.MemorySegment;

/**
 * A routine that takes a step of an online softmax, as {@link io.github.x2i4j.engine.kernel.BlockKernel#softmax} says.
 *
 * <p>Arguments as the System V ABI passes them: rdi = scores, rsi = state, rdx = out, rcx = rows, r8 = pieces, r9 = outPieces.
 */
interface SoftmaxRoutine {
    /**
     * Runs on native memory, for any time.
     *
     * @param pieces scores of a row, in pieces of {@link io.github.x2i4j.engine.kernel.RunKernels#LANES}
     * @param outPieces columns of out, in pieces of {@link SoftmaxSteps#OUT}
     */
    void call(MemorySegment scores, MemorySegment state, MemorySegment out, long rows, long pieces, long outPieces);
}
