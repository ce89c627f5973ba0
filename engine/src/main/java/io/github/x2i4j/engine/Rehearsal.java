package io.github.x2i4j.engine;

import io.github.x2i4j.engine.memory.MemoryPool;

/**
 * Runs model code without computing it, to learn what it will need. Ops called on its scopes give tensors of the shapes and dtypes
 * that an engine's would, in a pool that counts as an engine's does, so {@link #memory()} tells what an engine would hold; but there
 * is no memory behind them. Where model code reads values, it finds zeros.
 */
public final class Rehearsal {
    /** Told what the ops read beside each other's results. */
    @FunctionalInterface
    public interface Observer {
        /**
         * An op reads a tensor that no scope of the rehearsal made: a weight.
         *
         * @param bytes how much of it, at most: of a table only the rows that are asked for
         */
        void reads(Tensor weight, long bytes);
    }

    private final MemoryPool pool = MemoryPool.imagined(Engine.RETAINED_BYTES);
    private final Observer observer;

    public Rehearsal(Observer observer) {
        this.observer = observer;
    }

    /** Opens an outermost scope. */
    public Scope scope() {
        return new RehearsalScope(pool, observer, null);
    }

    /** What an engine would hold now. */
    public MemoryUsage memory() {
        MemoryPool.Usage usage = pool.usage();
        return new MemoryUsage(usage.allocated(), usage.inUse(), usage.peak(), 0);
    }

    /** As {@link Engine#trim}. */
    public void trim() {
        pool.trim();
    }
}
