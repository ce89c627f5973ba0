package io.github.x2i4j.bench;

import io.github.x2i4j.engine.measure.FmaLoop;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The peak that work in registers is measured against. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PeakBenchmark {
    static final int ROUNDS = 20_000;

    /** Width of the vectors. */
    @Param("256")
    public int bits;

    private FmaLoop loop;

    /** Makes the loop. */
    @Setup
    public void open() {
        loop = FmaLoop.of(bits);
    }

    /** {@link #ROUNDS} rounds of multiply-adds. */
    @Benchmark
    public float multiplyAdd() {
        float mean = loop.run(ROUNDS);
        if (Math.abs(mean - 1) > 1e-3) {
            throw new IllegalStateException("the sums tend to " + mean + ", not to 1");
        }
        return mean;
    }
}
