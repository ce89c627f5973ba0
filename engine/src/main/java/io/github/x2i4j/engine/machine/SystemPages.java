package io.github.x2i4j.engine.machine;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * {@link Pages} from {@code mmap}, {@code mprotect} and {@code munmap} of the C library. To be touched only where native access is
 * granted: Java prints a warning otherwise.
 */
@SuppressWarnings("restricted")
final class SystemPages implements Pages {
    private static final long PAGE = 4096;
    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int PROT_EXEC = 4;
    private static final int MAP_PRIVATE = 2;
    private static final int MAP_ANONYMOUS_LINUX = 0x20;
    private static final int MAP_ANONYMOUS_MAC = 0x1000;
    /** State of a call: the error number. */
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO = STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    private final boolean mac;
    private final MethodHandle mmap = handle("mmap", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private final MethodHandle mprotect = handle("mprotect", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private final MethodHandle munmap = handle("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));

    SystemPages(boolean mac) {
        this.mac = mac;
    }

    private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, Linker.Option.captureCallState("errno"));
    }

    private static long whole(long bytes) {
        return Math.ceilDiv(bytes, PAGE) * PAGE;
    }

    @Override
    public MemorySegment map(long bytes) throws DeclinedException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int flags = MAP_PRIVATE | (mac ? MAP_ANONYMOUS_MAC : MAP_ANONYMOUS_LINUX);
            MemorySegment pages = (MemorySegment) mmap.invokeExact(state, MemorySegment.NULL, whole(bytes), PROT_READ | PROT_WRITE, flags, -1, 0L);
            if (pages.address() == -1) {
                throw refused("mmap", state);
            }
            return pages.reinterpret(whole(bytes));
        } catch (DeclinedException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    @Override
    public void makeExecutable(MemorySegment pages) throws DeclinedException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            if ((int) mprotect.invokeExact(state, pages, pages.byteSize(), PROT_READ | PROT_EXEC) != 0) {
                throw refused("mprotect", state);
            }
        } catch (DeclinedException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    @Override
    public void unmap(MemorySegment pages) {
        try (Arena arena = Arena.ofConfined()) {
            if ((int) munmap.invokeExact(arena.allocate(STATE), pages, pages.byteSize()) != 0) {
                throw new IllegalStateException("munmap failed");
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    private static DeclinedException refused(String call, MemorySegment state) {
        return new DeclinedException("the system refuses executable memory (" + call + " failed with error "
                + state.get(JAVA_INT, ERRNO) + "); a security policy such as SELinux's execmem may forbid it");
    }
}
