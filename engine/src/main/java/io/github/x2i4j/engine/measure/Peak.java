package io.github.x2i4j.engine.measure;

import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.engine.parallel.Workers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.IntConsumer;

/** What the machine can do at most, measured with the Vector API. Each figure is the best of some repetitions. */
public final class Peak {
    private static final int ROUNDS = 200_000;
    private static final int REPETITIONS = 12;
    /** Calls of the loop that are measured as one. */
    private static final int LONG = 40;
    private static final int PIECE = 1 << 20;

    private Peak() {
    }

    /**
     * Multiply-adds on registers.
     *
     * @param bits width of the vectors: 128, 256 or 512; one width in each process, as the compiler makes slow code for a second one
     * @param threads that work at the same time
     * @return GFLOP/s of all threads together, a multiply-add counted as two
     * @throws UnsupportedFeatureException if the Vector API is absent
     */
    public static double multiplyAdd(int bits, int threads) {
        needVectors();
        FmaLoop loop = FmaLoop.of(bits);
        double best = best(threads, threads, task -> {
            float mean = loop.run(ROUNDS);
            if (Math.abs(mean - 1) > 1e-3) {
                throw new IllegalStateException("the sums tend to " + mean + ", not to 1");
            }
        });
        return threads * loop.flops(ROUNDS) / best;
    }

    /**
     * As {@link #multiplyAdd}, but what the machine gives for some hundredths of a second just now, with all that disturbs it, and not the
     * best of several times.
     */
    public static double multiplyAddNow(int bits, int threads) {
        needVectors();
        FmaLoop loop = FmaLoop.of(bits);
        try (Workers workers = new Workers(threads)) {
            workers.parallelFor(threads, task -> loop.run(ROUNDS));
            long begin = System.nanoTime();
            workers.parallelFor(threads, task -> {
                for (int i = 0; i < LONG; i++) {
                    loop.run(ROUNDS);
                }
            });
            return threads * LONG * loop.flops(ROUNDS) / (System.nanoTime() - begin);
        }
    }

    /**
     * Reading memory.
     *
     * @param megabytes read in one go (2^20 bytes); should be far more than the caches hold
     * @param threads that read at the same time, each other parts
     * @return GB/s (10^9 bytes) of all threads together
     * @throws UnsupportedFeatureException if the Vector API is absent
     */
    public static double read(int megabytes, int threads) {
        needVectors();
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate((long) megabytes * PIECE, 64);
            memory.fill((byte) 1);
            double best = best(threads, megabytes, task -> {
                if (ReadLoop.sum(memory.asSlice((long) task * PIECE, PIECE)) != PIECE / 4 * 0x01010101) {
                    throw new IllegalStateException("the sum of what was read is wrong");
                }
            });
            return (double) megabytes * PIECE / best;
        }
    }

    /** The shortest time of all tasks, in nanoseconds. */
    private static double best(int threads, int tasks, IntConsumer task) {
        double[] nanos = new double[REPETITIONS];
        try (Workers workers = new Workers(threads)) {
            for (int i = 0; i < REPETITIONS; i++) {
                long begin = System.nanoTime();
                workers.parallelFor(tasks, task);
                nanos[i] = System.nanoTime() - begin;
            }
        }
        return Arrays.stream(nanos).min().orElseThrow();
    }

    private static void needVectors() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            throw new UnsupportedFeatureException(
                    "the machine's peak cannot be measured without vectors; start Java with --add-modules jdk.incubator.vector");
        }
    }
}
