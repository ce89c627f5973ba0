package io.github.x2i4j.engine.memory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongFunction;

/**
 * Recycles memory, of the CPU or of a device, by size class. There are four classes between one power of two and the next, so at most a fifth of a
 * block is unused. Memory that was given back is kept for later, up to a fixed amount or half of the most that was ever lent at a
 * time, whichever is more; what exceeds it goes back to the system. New memory is not taken beside idle blocks of other sizes where
 * that would make more than was ever lent: they go back first.
 *
 * <p>Safe for several threads.
 */
public final class MemoryPool implements AutoCloseable {
    private static final long SMALLEST = 256;
    private static final long ALIGNMENT = 64;

    private final long retainedLimit;
    private final LongFunction<Block> system;
    private final TreeMap<Long, ArrayDeque<Block>> idle = new TreeMap<>();
    private final Set<Block> lent = new HashSet<>();
    private long retainedBytes;
    private long lentBytes;
    private long peakBytes;
    private long mostLent;
    private boolean closed;

    /**
     * What a pool holds, in bytes.
     *
     * @param allocated taken from the system: in use or kept for later
     * @param inUse lent to scopes
     * @param peak largest value of {@code allocated} so far, or since {@link #trim}
     */
    public record Usage(long allocated, long inUse, long peak) {
    }

    /** @param retainedLimit bytes to keep for later even if little was lent */
    public MemoryPool(long retainedLimit) {
        this(retainedLimit, Block::host);
    }

    /**
     * A pool of memory from elsewhere.
     *
     * @param system makes a block of so many bytes, or throws
     */
    public MemoryPool(long retainedLimit, LongFunction<Block> system) {
        this.retainedLimit = retainedLimit;
        this.system = system;
    }

    /** A pool that counts as any other and lends blocks without memory: what would be taken from the system, nothing is. */
    public static MemoryPool imagined(long retainedLimit) {
        return new MemoryPool(retainedLimit, Block::imagined);
    }

    /** Size of the block that a request of {@code bytes} gets. */
    static long sizeClass(long bytes) {
        long b = Math.max(bytes, SMALLEST);
        long step = Math.max(Long.highestOneBit(b - 1) / 4, ALIGNMENT);
        return Math.ceilDiv(b, step) * step;
    }

    /**
     * Lends a block of at least {@code bytes} bytes.
     *
     * @throws IllegalStateException if the pool is closed
     * @throws OutOfMemoryError if the system has no such memory
     */
    public synchronized Block acquire(long bytes) {
        if (closed) {
            throw new IllegalStateException("engine is closed");
        }
        long size = sizeClass(bytes);
        Block block = takeIdle(size);
        if (block == null) {
            shrink(Math.max(Math.max(mostLent, lentBytes + size), retainedLimit) - lentBytes - size);
            block = system.apply(size);
        }
        lent.add(block);
        lentBytes += size;
        mostLent = Math.max(mostLent, lentBytes);
        peakBytes = Math.max(peakBytes, lentBytes + retainedBytes);
        return block;
    }

    /** Whether a block is on loan from this pool. */
    public synchronized boolean lends(Block block) {
        return lent.contains(block);
    }

    private Block takeIdle(long size) {
        ArrayDeque<Block> blocks = idle.get(size);
        if (blocks == null) {
            return null;
        }
        Block block = blocks.pop();
        if (blocks.isEmpty()) {
            idle.remove(size);
        }
        retainedBytes -= size;
        return block;
    }

    /**
     * Takes a block back. Nobody may touch its memory afterwards.
     *
     * @throws IllegalStateException if the block is not lent by this pool
     */
    public synchronized void release(Block block) {
        if (closed) {
            return;
        }
        if (!lent.remove(block)) {
            throw new IllegalStateException("a block of " + block.capacity() + " bytes was released twice");
        }
        long size = block.capacity();
        lentBytes -= size;
        long limit = Math.max(retainedLimit, mostLent / 2);
        if (size > limit) {
            block.free();
            return;
        }
        idle.computeIfAbsent(size, k -> new ArrayDeque<>()).push(block);
        retainedBytes += size;
        shrink(limit);
    }

    /** Gives idle blocks back to the system, large ones first, until no more than {@code limit} bytes are idle. */
    private void shrink(long limit) {
        while (retainedBytes > limit) {
            takeIdle(idle.lastKey()).free();
        }
    }

    /** Gives idle memory back to the system and forgets how much was needed so far. */
    public synchronized void trim() {
        List<Block> blocks = takeAllIdle();
        mostLent = lentBytes;
        peakBytes = lentBytes;
        GiveBack.each(blocks, Block::free);
    }

    public synchronized Usage usage() {
        return new Usage(lentBytes + retainedBytes, lentBytes, peakBytes);
    }

    /** Frees all memory, lent or not: every later access to it fails. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        List<Block> blocks = takeAllIdle();
        blocks.addAll(lent);
        lent.clear();
        lentBytes = 0;
        GiveBack.each(blocks, Block::free);
    }

    private List<Block> takeAllIdle() {
        List<Block> blocks = new ArrayList<>();
        idle.values().forEach(blocks::addAll);
        idle.clear();
        retainedBytes = 0;
        return blocks;
    }
}
