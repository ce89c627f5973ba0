package io.github.x2i4j.engine.memory;

import java.util.ArrayList;
import java.util.List;

/**
 * Recycles the arrays in which kernels work: packed panels and tiles. Arrays that are not given back are left to the garbage
 * collector. Safe for several threads.
 */
public final class FloatPool {
    private final long retainedLimit;
    private final List<float[]> idle = new ArrayList<>();
    private long retained;

    /** @param retainedLimit most bytes to keep for later */
    public FloatPool(long retainedLimit) {
        this.retainedLimit = retainedLimit;
    }

    /** An array of at least {@code n} floats with undefined content. */
    public float[] take(long n) {
        int size = Math.toIntExact(MemoryPool.sizeClass(n * Float.BYTES) / Float.BYTES);
        synchronized (this) {
            for (int i = idle.size() - 1; i >= 0; i--) {
                if (idle.get(i).length == size) {
                    retained -= (long) size * Float.BYTES;
                    return idle.remove(i);
                }
            }
        }
        return new float[size];
    }

    /** Takes arrays back. Nobody may use them afterwards. */
    public synchronized void give(float[]... arrays) {
        for (float[] a : arrays) {
            idle.add(a);
            retained += (long) a.length * Float.BYTES;
        }
        while (retained > retainedLimit) {
            retained -= (long) idle.removeFirst().length * Float.BYTES;
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
