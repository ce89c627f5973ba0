package io.github.x2i4j.bench;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.EngineOptions.KernelChoice;
import io.github.x2i4j.engine.InstructionSet;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.measure.Workload;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One op of {@link Workloads}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class OpBenchmark {
    /** Name of the workload. */
    @Param("gemm 64x192x192 F32")
    public String workload;

    /** {@code scalar}, {@code vector-} and a width, or {@code machine-} and instructions, with {@code /bf16} where factors are rounded to it. */
    @Param("scalar")
    public String kernels;

    /** Threads of the engine. */
    @Param("1")
    public int threads;

    private Engine engine;
    private io.github.x2i4j.engine.Scope operands;
    private Workload work;

    /** What {@link #kernels} stands for. */
    static EngineOptions options(String kernels, int threads) {
        String set = kernels.substring(kernels.indexOf('-') + 1);
        if (kernels.startsWith("machine-")) {
            Precision precision = set.endsWith("/bf16") ? Precision.BF16 : Precision.F32;
            InstructionSet instructions = Arrays.stream(InstructionSet.values()).filter(i -> i.label().equals(set.replace("/bf16", "")))
                    .findFirst().orElseThrow();
            return new EngineOptions(KernelChoice.MACHINE, 0, threads, instructions, precision);
        }
        return kernels.equals("scalar") ? new EngineOptions(KernelChoice.SCALAR, 0, threads)
                : new EngineOptions(KernelChoice.VECTOR, Integer.parseInt(set), threads);
    }

    /** Makes the operands and checks the result. */
    @Setup
    public void open() {
        engine = Engine.open(options(kernels, threads));
        operands = engine.scope();
        work = Workloads.named(workload);
        work.prepare(operands);
        try (io.github.x2i4j.engine.Scope f = operands.scope()) {
            work.check(work.run(f), engine.info().precision());
        }
    }

    /** Frees the operands. */
    @TearDown
    public void close() {
        operands.close();
        engine.close();
    }

    /** Runs the op and frees its result. */
    @Benchmark
    public void run() {
        work.runToEnd(operands);
    }
}
