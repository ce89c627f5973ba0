package io.github.x2i4j.engine;

import io.github.x2i4j.engine.cpu.CpuContext;
import io.github.x2i4j.engine.cpu.CpuScope;
import io.github.x2i4j.engine.memory.MemoryPool;
import io.github.x2i4j.engine.parallel.Workers;

/**
 * Threads, kernels and activation memory of one user of the library. Safe to share between threads: each thread opens scopes of
 * its own. Closing frees all memory.
 */
public final class Engine implements AutoCloseable {
    private static final long RETAINED_BYTES = 96L << 20;

    private final CpuContext cpu;

    private Engine(CpuContext cpu) {
        this.cpu = cpu;
    }

    public static Engine open(EngineOptions options) {
        int threads = options.threads() == 0 ? Runtime.getRuntime().availableProcessors() : options.threads();
        if (threads < 1) {
            throw new InvalidInputException("threads is " + threads + " but must be at least 1, or 0 for one per processor");
        }
        return new Engine(new CpuContext(new MemoryPool(RETAINED_BYTES), new Workers(threads)));
    }

    /** Opens an outermost scope. */
    public Scope scope() {
        return new CpuScope(cpu, null);
    }

    @Override
    public void close() {
        cpu.workers().close();
        cpu.pool().close();
    }
}
