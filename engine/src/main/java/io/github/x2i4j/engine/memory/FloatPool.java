package io.github.x2i4j.engine.memory;

import java.util.ArrayDeque;
import java.util.TreeMap;

/**
 * Recycles the arrays in which kernels work: packed panels and tiles. Arrays that are not given back are left to the garbage
 * collector. Safe for several threads.
 */
public final class FloatPool {
    private final long retainedLimit;
    private final TreeMap<Integer, ArrayDeque<float[]>> idle = new TreeMap<>();
    private long retained;

    /** @param retainedLimit most bytes to keep for later */
    public FloatPool(long retainedLimit) {
        this.retainedLimit = retainedLimit;
    }

    /** An array of at least {@code n} floats with undefined content. */
    public float[] take(long n) {
        int size = Math.toIntExact(MemoryPool.sizeClass(n * Float.BYTES) / Float.BYTES);
        synchronized (this) {
            float[] array = takeIdle(size);
            if (array != null) {
                return array;
            }
        }
        return new float[size];
    }

    private float[] takeIdle(int size) {
        ArrayDeque<float[]> arrays = idle.get(size);
        if (arrays == null || arrays.isEmpty()) {
            return null;
        }
        retained -= (long) size * Float.BYTES;
        return arrays.pop();
    }

    /** Takes arrays back. Nobody may use them afterwards. */
    public synchronized void give(float[]... arrays) {
        for (float[] a : arrays) {
            idle.computeIfAbsent(a.length, size -> new ArrayDeque<>()).push(a);
            retained += (long) a.length * Float.BYTES;
        }
        while (retained > retainedLimit) {
            if (takeIdle(idle.lastKey()) == null) {
                idle.pollLastEntry();
            }
        }
    }

    /** Bytes kept for later. */
    public synchronized long retained() {
        return retained;
    }

    /** Forgets all arrays. */
    public synchronized void clear() {
        idle.clear();
        retained = 0;
    }
}
