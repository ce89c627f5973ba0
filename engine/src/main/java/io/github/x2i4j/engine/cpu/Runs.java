package io.github.x2i4j.engine.cpu;

import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.context.CpuContext;
import java.lang.foreign.MemorySegment;

/** Moves runs of F32 elements between tensors and the arrays that kernels work on. */
final class Runs {
    /** Elements that one step of a loop over a large tensor works on: small enough for the first-level cache. */
    static final int CHUNK = 4096;

    private Runs() {
    }

    /** Loads {@code n} elements from {@code index} on, and returns {@code to}. */
    static float[] load(MemorySegment from, long index, float[] to, int n) {
        load(from, index, to, 0, n);
        return to;
    }

    /** Loads {@code n} elements from {@code index} on to {@code at} and following. */
    static void load(MemorySegment from, long index, float[] to, int at, int n) {
        MemorySegment.copy(from, Tensor.FLOAT, index * Float.BYTES, to, at, n);
    }

    static void store(float[] from, int at, MemorySegment to, long index, int n) {
        MemorySegment.copy(from, at, to, Tensor.FLOAT, index * Float.BYTES, n);
    }

    /** Elements of a small vector, or null. */
    static float[] floats(Tensor t) {
        return t == null ? null : t.toFloats();
    }

    /** Work on a piece of a tensor. */
    interface Piece {
        void run(long from, int n);
    }

    /** Cuts {@code n} elements into pieces of at most {@link #CHUNK} and shares them among the threads. */
    static void forEachChunk(CpuContext cpu, long n, Piece piece) {
        cpu.workers().parallelFor(Math.toIntExact(Math.ceilDiv(n, CHUNK)), task -> {
            long from = (long) task * CHUNK;
            piece.run(from, (int) Math.min(CHUNK, n - from));
        });
    }
}
