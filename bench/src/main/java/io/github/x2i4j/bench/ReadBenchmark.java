package io.github.x2i4j.bench;

import io.github.x2i4j.engine.measure.ReadLoop;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The bandwidth that work on large operands is measured against: each thread reads memory of its own. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReadBenchmark {
    static final long BYTES = 512L << 20;

    private Arena arena;
    private MemorySegment memory;

    /** Fills the memory. */
    @Setup
    public void open() {
        arena = Arena.ofShared();
        memory = arena.allocate(BYTES, 64).fill((byte) 1);
    }

    /** Frees the memory. */
    @TearDown
    public void close() {
        arena.close();
    }

    /** Reads all of it. */
    @Benchmark
    public int read() {
        return ReadLoop.sum(memory);
    }
}
