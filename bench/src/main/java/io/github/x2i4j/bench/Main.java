package io.github.x2i4j.bench;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineInfo;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.InstructionSet;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.engine.measure.FmaLoop;
import io.github.x2i4j.engine.measure.Workload;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Measures the peak of the machine and the ops in one run, and prints what fraction of the peak each op reaches.
 *
 * <p>Arguments: {@code --quick} (two minutes: few workloads, the widest vectors, all threads), {@code --kernels A,B}, {@code --threads A,B}, and parts of names of workloads (all, without).
 */
public final class Main {
    private static final String[] WIDTHS = {"128", "256", "512"};
    /** Plain loops are not measured on more work than this: it would take minutes and tell nothing new. */
    private static final double SCALAR_FLOPS = 1e10;

    private boolean quick;
    private final List<String> kernels = new ArrayList<>();
    private final List<Integer> threads = new ArrayList<>();
    private final List<String> workloads = new ArrayList<>();
    /** GFLOP/s by width and number of threads. */
    private final Map<String, Double> peaks = new HashMap<>();
    /** GB/s by number of threads. */
    private final Map<Integer, Double> bandwidths = new HashMap<>();
    private final Map<String, Double> oneThread = new HashMap<>();

    private Main() {
    }

    /** Runs the benchmarks. */
    public static void main(String[] args) throws RunnerException {
        new Main().run(args);
    }

    private void run(String[] args) throws RunnerException {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--quick" -> quick = true;
                case "--kernels" -> kernels.addAll(List.of(args[++i].split(",")));
                case "--threads" -> List.of(args[++i].split(",")).forEach(t -> threads.add(Integer.valueOf(t)));
                default -> parts.add(args[i]);
            }
        }
        Workloads.names().stream().filter(n -> parts.isEmpty() ? !quick || Workloads.quick(n) : parts.stream().anyMatch(n::contains))
                .forEach(workloads::add);
        List<String> possible = possibleKernels();
        kernels.retainAll(possible);
        if (kernels.isEmpty()) {
            kernels.addAll(quick ? quickSets(possible) : possible);
        }
        if (threads.isEmpty()) {
            int all = Runtime.getRuntime().availableProcessors();
            threads.addAll(all == 1 || quick ? List.of(all) : all == 2 ? List.of(1, 2) : List.of(1, 2, all));
        }
        Collection<RunResult> peakResults = new ArrayList<>();
        Collection<RunResult> readResults = new ArrayList<>();
        Collection<RunResult> opResults = new ArrayList<>();
        for (int t : threads) {
            peakResults.addAll(new Runner(options(PeakBenchmark.class).threads(t).param("bits", peakWidths(kernels)).build()).run());
            readResults.addAll(new Runner(options(ReadBenchmark.class).threads(t).build()).run());
        }
        for (String k : kernels) {
            String[] names = workloads.stream().filter(n -> !k.equals("scalar") || Workloads.named(n).flops() < SCALAR_FLOPS)
                    .toArray(String[]::new);
            if (names.length > 0) {
                opResults.addAll(new Runner(options(OpBenchmark.class).threads(1).param("workload", names).param("kernels", k)
                        .param("threads", threads.stream().map(String::valueOf).toArray(String[]::new)).build()).run());
            }
        }
        report(peakResults, readResults, opResults);
    }

    /** What this machine can run, and why it cannot run the rest. */
    private static List<String> possibleKernels() {
        List<String> possible = new ArrayList<>(List.of("scalar"));
        for (String bits : WIDTHS) {
            try (Engine e = Engine.open(OpBenchmark.options("vector-" + bits, 1))) {
                possible.add("vector-" + e.info().vectorBits());
            } catch (UnsupportedFeatureException e) {
                System.out.println("not measured: " + e.getMessage());
            }
        }
        for (InstructionSet set : InstructionSet.values()) {
            for (String precision : set.hasBF16() ? List.of("", "/bf16") : List.of("")) {
                String name = "machine-" + set.label() + precision;
                try (Engine e = Engine.open(OpBenchmark.options(name, 1))) {
                    possible.add(name);
                } catch (UnsupportedFeatureException e) {
                    System.out.println("not measured: " + e.getMessage());
                }
            }
        }
        return possible;
    }

    /** The widest vectors, and the best machine code in F32. */
    private static List<String> quickSets(List<String> possible) {
        List<String> f32 = possible.stream().filter(k -> !k.endsWith("/bf16")).toList();
        String vector = f32.stream().filter(k -> !k.startsWith("machine-")).toList().getLast();
        return f32.getLast().equals(vector) ? List.of(vector) : List.of(vector, f32.getLast());
    }

    /** Width of the vectors that kernels compute F32 with; the name itself for plain loops. */
    private static String width(String kernels) {
        return kernels.startsWith("vector-") ? kernels.substring("vector-".length())
                : kernels.equals("machine-avx2") ? "256" : kernels.startsWith("machine-") ? "512" : kernels;
    }

    private static String[] peakWidths(List<String> kernels) {
        return kernels.stream().filter(k -> !k.equals("scalar")).map(Main::width).distinct().toArray(String[]::new);
    }

    private ChainedOptionsBuilder options(Class<?> benchmark) {
        TimeValue time = TimeValue.milliseconds(quick ? 500 : 2000);
        return new OptionsBuilder().include(benchmark.getName()).forks(1).warmupIterations(quick ? 2 : 3).warmupTime(time)
                .measurementIterations(quick ? 3 : 5).measurementTime(time).shouldFailOnError(true)
                .jvmArgsAppend("-Xmx2g", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED");
    }

    private void report(Collection<RunResult> peakResults, Collection<RunResult> readResults,
            Collection<RunResult> opResults) {
        try (Engine e = Engine.open(EngineOptions.DEFAULT)) {
            EngineInfo info = e.info();
            System.out.printf("%n%s, Java %s%n%s%n", info.processor(), Runtime.version(), info.features());
        }
        System.out.printf(Locale.ROOT, "%n%-48s %-24s %7s %12s %9s %9s %7s %8s%n", "workload", "kernels", "threads", "median ms", "GFLOP/s",
                "% of peak", "GB/s", "x 1 thr.");
        for (RunResult r : peakResults) {
            int bits = Integer.parseInt(r.getParams().getParam("bits"));
            int t = r.getParams().getThreads();
            double rate = t * FmaLoop.of(bits).flops(PeakBenchmark.ROUNDS) / median(r);
            peaks.put(bits + "/" + t, rate);
            peaks.merge("scalar/" + t, rate, Math::max);
            System.out.printf(Locale.ROOT, "%-48s %-24s %7d %12.3f %9.1f%n", "peak: multiply-adds on registers",
                    "vector-" + bits, t, median(r) / 1e6, rate);
        }
        for (RunResult r : readResults) {
            int t = r.getParams().getThreads();
            double rate = t * (double) ReadBenchmark.BYTES / median(r);
            bandwidths.put(t, rate);
            System.out.printf(Locale.ROOT, "%-48s %-24s %7d %12.3f %9s %9s %7.1f%n", "peak: reading memory", "", t, median(r) / 1e6, "", "", rate);
        }
        for (RunResult r : opResults) {
            print(r);
        }
    }

    private void print(RunResult r) {
        String name = r.getParams().getParam("workload");
        String k = r.getParams().getParam("kernels");
        int t = Integer.parseInt(r.getParams().getParam("threads"));
        Workload w = Workloads.named(name);
        double nanos = median(r);
        if (t == 1) {
            oneThread.put(name + k, nanos);
        }
        double rate = w.flops() / nanos;
        Double peak = k.endsWith("/bf16") ? null : peaks.get(width(k) + "/" + t);
        Double one = oneThread.get(name + k);
        double bandwidth = w.bytes() / nanos;
        System.out.printf(Locale.ROOT, "%-48s %-24s %7d %12.3f %9s %9s %7.1f %9.1f %8s%n", name, k, t, nanos / 1e6,
                w.flops() == 0 ? "" : String.format(Locale.ROOT, "%.1f", rate),
                w.flops() == 0 || peak == null ? "" : String.format(Locale.ROOT, "%.1f", 100 * rate / peak), bandwidth, 100 * bandwidth / bandwidths.get(t),
                one == null || t == 1 ? "" : String.format(Locale.ROOT, "%.2f", one / nanos));
    }

    /** Median of the iterations, which a burst of other work on the machine does not move. */
    private static double median(RunResult r) {
        return r.getPrimaryResult().getStatistics().getPercentile(50);
    }
}
