package io.github.x2i4j.engine.kernel;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.format.BlockDecoder;
import io.github.x2i4j.engine.parallel.Threads;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Has vector kernels compiled in the background: runs them on tiny operands until they keep up with plain loops there (on more than
 * tiny ones they are then several times faster), then puts them into service. Before they are compiled they are a hundred times
 * slower; where they stay so (a virtual machine without the optimising compiler), plain loops stay.
 */
final class WarmUp implements AutoCloseable {
    /** Short enough to be cheap while interpreted, long enough that the compiler takes the loops for what they are. */
    private static final int SHORT = 96;
    private static final int CALLS = 64;
    /** The compiler makes vectors of the simplest plain loops, too. */
    private static final int HANDICAP = 2;
    /** Pauses between races grow to this: a compiler that has not come by then may come late, or never. */
    private static final long LONGEST_PAUSE_NANOS = 500_000_000;

    private final Thread thread;
    private volatile boolean closed;

    WarmUp(KernelService.KernelChoice choice, Runnable blocksReady, Runnable runsReady) {
        thread = Thread.ofPlatform().name("x2i-warm-up").daemon().start(() -> {
            if (!(choice.blocks() instanceof ArrayBlocks(TileKernel tiles)) || warm(new TileRace(tiles), new TileRace(choice.substitute()))) {
                blocksReady.run();
                if (RunRace.all(choice.runs(), choice.substitute(), this)) {
                    runsReady.run();
                }
            }
        });
    }

    /** Runs {@code contender} until it keeps up with {@code holder}; false if this is closed before. */
    private boolean warm(Runnable contender, Runnable holder) {
        long begin = System.nanoTime();
        int wins = 0;
        while (!closed) {
            long t0 = System.nanoTime();
            contender.run();
            long t1 = System.nanoTime();
            holder.run();
            long t2 = System.nanoTime();
            wins = t1 - t0 < HANDICAP * (t2 - t1) ? wins + 1 : 0;
            if (wins == 3) {
                return true;
            }
            LockSupport.parkNanos(Math.min(LONGEST_PAUSE_NANOS, (t2 - begin) / 100));
        }
        return false;
    }

    /** A few tile products of little depth. */
    private record TileRace(TileKernel kernel, float[] a, float[] b, float[] c) implements Runnable {
        TileRace(TileKernel kernel) {
            this(kernel, new float[TileKernel.ROWS * TileKernel.DEPTH], new float[SHORT * kernel.columns()],
                    new float[TileKernel.ROWS * kernel.columns()]);
        }

        @Override
        public void run() {
            for (int i = 0; i < CALLS; i++) {
                kernel.multiply(4 + i % 2, a, 0, b, 0, c, 0, kernel.columns(), i % 2 == 0);
            }
        }
    }

    /** A few calls of one primitive over a short run. */
    private record RunRace(RunKernels kernels, Consumer<RunKernels> primitive) implements Runnable {
        @Override
        public void run() {
            for (int i = 0; i < CALLS; i++) {
                primitive.accept(kernels);
            }
        }

        static boolean all(RunKernels best, RunKernels substitute, WarmUp warmUp) {
            float[] x = new float[SHORT];
            float[] y = new float[SHORT];
            short[] narrow = new short[SHORT];
            byte[] stored = new byte[2 * SHORT];
            // Takes all results up, and no factor is 1: the compiler leaves out what changes nothing, and plain loops would win.
            float[] result = new float[1];
            MemorySegment w = Arena.ofAuto().allocate(Float.BYTES * SHORT, 64);
            List<Consumer<RunKernels>> primitives = List.of(
                    k -> result[0] += k.dot(x, 0, y, 0, SHORT),
                    k -> result[0] += k.dotRow(DType.F32, w, 0, x, 0, SHORT),
                    k -> result[0] += k.dotRow(DType.BF16, w, 0, x, 0, SHORT),
                    k -> result[0] += k.dotRow(DType.F16, w, 0, x, 0, SHORT),
                    k -> k.exp(x, 0, SHORT, 0, y, 0),
                    k -> result[0] += k.max(x, 0, SHORT),
                    k -> result[0] += (float) k.sumSquares(x, 0, SHORT, 0),
                    k -> k.standardise(x, 0, SHORT, 0.1f, 0.9f),
                    k -> k.mulAdd(x, 0, y, 0, y, 0, SHORT),
                    k -> k.affine(x, 0, SHORT, 0.9f, 0.1f),
                    k -> k.add(x, 0, y, 0, SHORT),
                    k -> k.mul(x, 0, y, 0, SHORT),
                    k -> k.plus(x, 0, y, 0, x, 0, SHORT),
                    k -> k.minus(x, 0, y, 0, x, 0, SHORT),
                    k -> k.activate(Activation.GELU, x, 0, SHORT),
                    k -> k.activate(Activation.SILU, x, 0, SHORT),
                    k -> k.activate(Activation.RELU, x, 0, SHORT),
                    k -> k.addScaled(x, 0, 0.9f, y, 0, SHORT),
                    k -> k.turnPairs(x, 0, y, y, SHORT),
                    k -> k.widenBF16(narrow, 0, x, 0, SHORT),
                    k -> result[0] += k.dotBytes(stored, 0, SHORT / RunKernels.LANES, y, 0),
                    k -> BlockDecoder.of(DType.Q8_0, k).decode(stored, 0, SHORT / DType.Q8_0.blockElements(), x, 0),
                    k -> BlockDecoder.of(DType.Q4_0, k).decode(stored, 0, SHORT / DType.Q4_0.blockElements(), x, 0),
                    k -> BlockDecoder.of(DType.Q5_0, k).decode(stored, 0, SHORT / DType.Q5_0.blockElements(), x, 0));
            for (Consumer<RunKernels> p : primitives) {
                if (!warmUp.warm(new RunRace(best, p), new RunRace(substitute, p))) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Ends the thread. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        Threads.join(thread);
    }
}
