package io.github.x2i4j.engine;

import io.github.x2i4j.engine.gpu.Gpu;
import io.github.x2i4j.engine.gpu.GpuScope;
import io.github.x2i4j.engine.memory.MemoryPool;
import java.util.function.Supplier;

/**
 * Runs model code without computing it, to learn what it will need. Ops called on its scopes give tensors of the shapes and dtypes
 * that an engine's would, in a pool that counts as an engine's does, so {@link #memory()} tells what an engine would hold; but there
 * is no memory behind them. Where model code reads values, it finds zeros.
 */
public final class Rehearsal implements AutoCloseable {
    private final Supplier<Scope> scopes;
    private final Supplier<MemoryUsage> memory;
    private final Runnable trim;
    private final Runnable close;

    private Rehearsal(Supplier<Scope> scopes, Supplier<MemoryUsage> memory, Runnable trim, Runnable close) {
        this.scopes = scopes;
        this.memory = memory;
        this.trim = trim;
        this.close = close;
    }

    /** For an engine of the CPU. */
    public static Rehearsal onCpu(WeightObserver observer) {
        MemoryPool pool = MemoryPool.imagined(Engine.RETAINED_BYTES);
        return new Rehearsal(() -> new RehearsalScope(pool, observer, null), () -> {
            MemoryPool.Usage usage = pool.usage();
            return new MemoryUsage(usage.allocated(), usage.inUse(), usage.peak(), 0);
        }, pool::trim, pool::close);
    }

    /**
     * For an engine of a GPU: its own code gives its work to a device that does nothing, so what ops work in is counted too. Weights
     * are not: the observer is told of them, as often as ops ask for them.
     */
    static Rehearsal onGpu(Gpu like, WeightObserver observer) {
        Gpu gpu = like.imagined(observer);
        return new Rehearsal(() -> new GpuScope(gpu, null), gpu::usage, gpu::trim, gpu::close);
    }

    /** Opens an outermost scope. */
    public Scope scope() {
        return scopes.get();
    }

    /** What an engine would hold now. */
    public MemoryUsage memory() {
        return memory.get();
    }

    /** As {@link Engine#trim}. */
    public void trim() {
        trim.run();
    }

    @Override
    public void close() {
        close.run();
    }
}
