package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.MemoryUsage;
import io.github.x2i4j.engine.memory.Block;
import io.github.x2i4j.engine.memory.GiveBack;
import io.github.x2i4j.engine.memory.MemoryPool;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * What one engine takes of a device's memory: a pool of tensors and of what ops work in, such pools of repeated work, and what is taken
 * beside them, weights above all. Guarded by the {@link Gpu} that owns it.
 */
final class DeviceMemory {
    /** Kept for later, at least. */
    private static final long RETAINED_BYTES = 256L << 20;

    private final CudaApi api;
    private final long context;
    private final Runnable beforeTaking;
    private final BooleanSupplier fixed;
    private final Runnable forget;
    private final MemoryPool main = new MemoryPool(RETAINED_BYTES, this::take);
    private final List<MemoryPool> own = new ArrayList<>();
    /** The pool that ops take memory from: the main one, or that of the repeated work at hand. */
    private MemoryPool current = main;
    /** What the device would not take back; it is asked again at the end. */
    private final List<Long> notFreed = new ArrayList<>();
    private long held;
    private long mostHeld;

    /**
     * @param beforeTaking is told before the device is asked for memory
     * @param fixed whether graphs know addresses: then what lies there stays
     * @param forget frees weights, which can be loaded again
     */
    DeviceMemory(CudaApi api, long context, Runnable beforeTaking, BooleanSupplier fixed, Runnable forget) {
        this.api = api;
        this.context = context;
        this.beforeTaking = beforeTaking;
        this.fixed = fixed;
        this.forget = forget;
    }

    /** A block of the pool at hand; what pools keep and what can be loaded again make way where there is too little. */
    Block acquire(long bytes) {
        return orMakeRoom(bytes, current::acquire, false);
    }

    /** A block of no pool, as large as asked for; its owner frees it. */
    Block allocate(long bytes) {
        return orMakeRoom(bytes, this::take, true);
    }

    /** Takes a block of a pool back. */
    void release(Block block) {
        own.stream().filter(pool -> pool.lends(block)).findFirst().orElse(main).release(block);
    }

    private Block orMakeRoom(long bytes, LongFunction<Block> from, boolean weights) {
        try {
            return from.apply(bytes);
        } catch (CudaException e) {
            if (e.status() != CudaException.OUT_OF_MEMORY) {
                throw e;
            }
        }
        makeRoom();
        try {
            return from.apply(bytes);
        } catch (CudaException e) {
            throw e.status() == CudaException.OUT_OF_MEMORY ? new OutOfDeviceMemoryException(bytes, weights, api.memory(), lent(),
                    held - pooled()) : e;
        }
    }

    private Block take(long bytes) {
        beforeTaking.run();
        long address = api.allocate(Math.max(1, bytes));
        held += bytes;
        mostHeld = Math.max(mostHeld, held);
        return Block.device(address, bytes, () -> {
            held -= bytes;
            GiveBack.all(() -> api.makeCurrent(context), () -> free(address));
        });
    }

    private void free(long address) {
        try {
            api.free(address);
        } catch (CudaException e) {
            notFreed.add(address);
            throw e;
        }
    }

    private void makeRoom() {
        if (!fixed.getAsBoolean()) {
            forget.run();
            own.forEach(MemoryPool::trim);
        }
        main.trim();
    }

    /** Gives back what is kept for later and what can be loaded again, and begins to count the peak anew. */
    void trim() {
        makeRoom();
        mostHeld = held;
    }

    private long lent() {
        return main.usage().inUse() + own.stream().mapToLong(pool -> pool.usage().inUse()).sum();
    }

    private long pooled() {
        return main.usage().allocated() + own.stream().mapToLong(pool -> pool.usage().allocated()).sum();
    }

    /** @param working bytes of no pool that products work in */
    MemoryUsage usage(long working) {
        return new MemoryUsage(held, lent() + held - pooled() - working, mostHeld, working);
    }

    /** A pool of repeated work, which keeps all that it ever took, unless memory is short. */
    MemoryPool openOwn() {
        main.trim();
        MemoryPool pool = new MemoryPool(Long.MAX_VALUE, this::take);
        own.add(pool);
        return pool;
    }

    void closeOwn(MemoryPool pool) {
        own.remove(pool);
        pool.close();
    }

    /** Does something with memory of a pool of repeated work. */
    <T> T within(MemoryPool pool, Supplier<T> body) {
        MemoryPool outer = current;
        current = pool;
        try {
            return body.get();
        } finally {
            current = outer;
        }
    }

    void close() {
        GiveBack.all(() -> GiveBack.each(own, MemoryPool::close), main::close, () -> GiveBack.each(notFreed, api::free));
    }
}
