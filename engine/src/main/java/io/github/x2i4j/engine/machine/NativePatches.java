package io.github.x2i4j.engine.machine;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A {@link PatchRoutine} that runs on the processor. To be touched only where native access is granted.
 *
 * @param entry first instruction
 */
@SuppressWarnings("restricted")
record NativePatches(MemorySegment entry) implements PatchRoutine {
    private static final MethodHandle CALL = Linker.nativeLinker().downcallHandle(
            FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));

    @Override
    public void call(MemorySegment from, MemorySegment to, long planes, long height, long width, long planeStep, long lineStep) {
        try {
            CALL.invokeExact(entry, from, to, planes, height, width, planeStep, lineStep);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
