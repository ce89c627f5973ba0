package io.github.x2i4j.engine.machine;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.x2i4j.engine.kernel.BlockKernel.Ahead;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A {@link TileRoutine} that runs on the processor. To be touched only where native access is granted.
 *
 * @param entry first instruction
 */
@SuppressWarnings("restricted")
record NativeTiles(MemorySegment entry) implements TileRoutine {
    /** A constant of the compiler, which therefore makes a plain call of it; the routine's address is its first argument. */
    private static final MethodHandle CALL = Linker.nativeLinker().downcallHandle(FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS,
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));

    @Override
    public void call(MemorySegment a, MemorySegment b, MemorySegment c, long tiles, long panels, long depth, long bStep, long cStride,
            boolean add, long bAhead, Ahead ahead) {
        try {
            CALL.invokeExact(entry, a, b, c, tiles, panels, depth, bStep, cStride, add ? 1L : 0L, bAhead, ahead.address(), ahead.stride(),
                    (long) ahead.pieces());
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
