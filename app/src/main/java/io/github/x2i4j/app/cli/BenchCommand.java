package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.DebugFlag;
import io.github.x2i4j.app.EngineFlags;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineInfo;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.measure.Convolution;
import io.github.x2i4j.engine.measure.MatrixProduct;
import io.github.x2i4j.engine.measure.Peak;
import io.github.x2i4j.engine.measure.SelfAttention;
import io.github.x2i4j.engine.measure.Workload;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "bench", mixinStandardHelpOptions = true,
        description = {"Measures this machine's speed in some twenty seconds: what processor and memory can do at most, and what x2i's "
                + "kernels reach of it. Needs 1 GB of memory. Every result is compared with double precision.", ""})
final class BenchCommand implements Runnable {
    private static final int MEGABYTES = 512;
    private static final long WARM_UP_NANOS = 700_000_000;
    private static final long MEASURING_NANOS = 900_000_000;
    private static final int LEAST_RUNS = 3;

    @Mixin
    private EngineFlags engineFlags;

    @Mixin
    private DebugFlag debug;

    @Spec
    private CommandSpec spec;

    /** What is measured. */
    private record Line(String name, boolean boundByMemory, Workload work) {
        static List<Line> all() {
            List<Line> lines = new ArrayList<>();
            for (DType dtype : new DType[] {DType.F32, DType.BF16}) {
                lines.add(new Line("matrix product 512x3072x3072 " + dtype, false, new MatrixProduct(512, 3072, 3072, dtype, 1)));
            }
            lines.add(new Line("attention, 1024 tokens, 8 heads of 128", false, new SelfAttention(1024, 8, 128)));
            lines.add(new Line("convolution 3x3, 128 to 128, 192x192", false, new Convolution(128, 128, 192, 3, DType.F32)));
            for (DType dtype : new DType[] {DType.F32, DType.BF16, DType.F16}) {
                lines.add(new Line("matrix times vector 2048x11008 " + dtype, true,
                        MatrixProduct.vector(11008, 2048, dtype, (long) MEGABYTES << 20)));
            }
            return lines;
        }
    }

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        try (Engine engine = engineFlags.open(spec.commandLine().getErr())) {
            EngineInfo info = engine.info();
            out.printf("%s, Java %s, kernels %s, %d threads%n%n", info.processor(), Runtime.version(), info.label(),
                    info.threads());
            double gflops = 0;
            double gigabytes = 0;
            if (info.vectorBits() > 0) {
                gflops = Peak.multiplyAdd(info.vectorBits(), info.threads());
                out.printf(Locale.ROOT, "peak of multiply-adds on registers       %8.1f GFLOP/s%n", gflops);
                gigabytes = Peak.read(MEGABYTES, info.threads());
                out.printf(Locale.ROOT, "peak of reading memory                   %8.1f GB/s%n%n", gigabytes);
            } else {
                out.printf("peaks are not measured: that takes the Vector API%n%n");
            }
            for (Line line : Line.all()) {
                measure(engine, line, line.boundByMemory ? gigabytes : gflops, out);
            }
        }
    }

    private static void measure(Engine engine, Line line, double peak, PrintWriter out) {
        try (Scope operands = engine.scope()) {
            Workload work = line.work;
            work.prepare(operands);
            double error;
            try (Scope f = operands.scope()) {
                error = work.check(work.run(f), engine.info().precision());
            }
            median(operands, work, WARM_UP_NANOS, 1);
            double nanos = median(operands, work, MEASURING_NANOS, LEAST_RUNS);
            double rate = (line.boundByMemory ? work.bytes() : work.flops()) / nanos;
            out.printf(Locale.ROOT, "%-40s %8.1f %s %s  %9.2f ms, error %.1e%n", line.name, rate, line.boundByMemory ? "GB/s   " : "GFLOP/s",
                    peak == 0 ? "" : String.format(Locale.ROOT, "%5.1f %% of peak", 100 * rate / peak), nanos / 1e6, error);
            out.flush();
        }
    }

    /** Median time of runs that take {@code nanos} together, and are at least {@code runs}. */
    private static double median(Scope operands, Workload work, long nanos, int runs) {
        List<Long> times = new ArrayList<>();
        long begin = System.nanoTime();
        do {
            long t = System.nanoTime();
            work.runToEnd(operands);
            times.add(System.nanoTime() - t);
        } while (System.nanoTime() - begin < nanos || times.size() < runs);
        times.sort(null);
        return times.get(times.size() / 2);
    }
}
