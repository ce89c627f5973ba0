package io.github.x2i4j.engine;

import io.github.x2i4j.engine.context.CpuContext;
import io.github.x2i4j.engine.cpu.CpuScope;
import io.github.x2i4j.engine.kernel.KernelProvider;
import io.github.x2i4j.engine.kernel.KernelService.KernelChoice;
import io.github.x2i4j.engine.kernel.KernelService;
import io.github.x2i4j.engine.memory.FloatPool;
import io.github.x2i4j.engine.memory.MemoryPool;
import io.github.x2i4j.engine.parallel.Workers;

/**
 * Threads, kernels and activation memory of one user of the library. Safe to share between threads: each thread opens scopes of
 * its own. Closing frees all memory; an engine that is used after that fails with {@link IllegalStateException}.
 *
 * <p>Results are the same for every kernel set, vector width and number of threads, as long as the precision is F32.
 */
public final class Engine implements AutoCloseable {
    /** Native memory kept for later, at least. */
    static final long RETAINED_BYTES = 64L << 20;
    /** Java heap kept for packed panels and tiles. */
    private static final long RETAINED_SCRATCH = 48L << 20;

    private final CpuContext cpu;

    /** @param kernels are released when this is closed */
    Engine(KernelChoice kernels, int threads) {
        cpu = new CpuContext(new MemoryPool(RETAINED_BYTES), new FloatPool(RETAINED_SCRATCH), new Workers(threads), new KernelService(kernels));
    }

    /**
     * @throws InvalidInputException if an option is out of range
     * @throws UnsupportedFeatureException if this process cannot run the kernels that the options force
     */
    public static Engine open(EngineOptions options) {
        int threads = options.threads() == 0 ? Runtime.getRuntime().availableProcessors() : options.threads();
        if (threads < 1) {
            throw new InvalidInputException("threads is " + threads + " but must be at least 1, or 0 for one per processor");
        }
        return new Engine(KernelProvider.choose(options), threads);
    }

    /** Opens an outermost scope. */
    public Scope scope() {
        return new CpuScope(cpu, null);
    }

    /** What this engine runs on. */
    public EngineInfo info() {
        KernelChoice choice = cpu.kernels().choice();
        Processor processor = Processor.read();
        return new EngineInfo(choice.name(), choice.vectorBits(), choice.instructions(), choice.precision(), cpu.workers().threads(), choice.reasons(), processor.name(),
                processor.features());
    }

    /** What this engine holds now. */
    public MemoryUsage memory() {
        MemoryPool.Usage usage = cpu.pool().usage();
        return new MemoryUsage(usage.allocated(), usage.inUse(), usage.peak(), cpu.floats().retained());
    }

    /** Gives memory that is kept for later back to the system, and begins to count the peak anew. */
    public void trim() {
        cpu.pool().trim();
    }

    @Override
    public void close() {
        cpu.close();
    }
}
