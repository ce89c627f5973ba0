package io.github.x2i4j.engine.machine;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A {@link SoftmaxRoutine} that runs on the processor. To be touched only where native access is granted.
 *
 * @param entry first instruction
 */
@SuppressWarnings("restricted")
record NativeSoftmax(MemorySegment entry) implements SoftmaxRoutine {
    private static final MethodHandle CALL = Linker.nativeLinker().downcallHandle(
            FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG));

    @Override
    public void call(MemorySegment scores, MemorySegment state, MemorySegment out, long rows, long pieces, long outPieces) {
        try {
            CALL.invokeExact(entry, scores, state, out, rows, pieces, outPieces);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
