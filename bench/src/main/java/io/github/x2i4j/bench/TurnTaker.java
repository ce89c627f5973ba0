package io.github.x2i4j.bench;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineInfo;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.measure.Peak;
import io.github.x2i4j.engine.measure.Workload;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Does one workload whenever standard input says so, and answers each line with one line of JSON: a program that times the same work
 * elsewhere can then take turns with this one, so that both see the same moods of the machine.
 *
 * <pre>
 * names         what can be opened                                  {"names": [..]}
 * open NAME     makes the operands, runs once, checks the result    {"flops": .., "bytes": .., "error": .., "nanos": ..}
 * run           runs once                                           {"nanos": ..}
 * peak          what the machine can do at most                     {"gflops": .., "gigabytes": ..}
 * multiply      multiply-adds on registers, just now            {"gflops": ..}
 * read          reads 2^30 bytes                                    {"nanos": ..}
 * end of input  ends
 * </pre>
 *
 * <p>Arguments: the kernels ({@code vector-512}, {@code machine-avx512-bf16/bf16}) and the number of threads.
 */
public final class TurnTaker {
    private TurnTaker() {
    }

    /** Serves standard input. */
    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        int threads = Integer.parseInt(args[1]);
        try (Engine engine = Engine.open(OpBenchmark.options(args[0], threads))) {
            Scope operands = null;
            Workload work = null;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ", 2);
                switch (words[0]) {
                    case "names" -> answer("{\"names\": [%s]}", Workloads.names().stream().map(n -> '"' + n + '"').collect(Collectors.joining(", ")));
                    case "open" -> {
                        if (operands != null) {
                            operands.close();
                        }
                        operands = engine.scope();
                        work = Workloads.named(words[1]);
                        work.prepare(operands);
                        try (Scope f = operands.scope()) {
                            long begin = System.nanoTime();
                            Tensor y = work.run(f);
                            long nanos = System.nanoTime() - begin;
                            answer("{\"flops\": %.0f, \"bytes\": %.0f, \"error\": %.3g, \"nanos\": %d}", work.flops(), work.bytes(),
                                    work.check(y, engine.info().precision()), nanos);
                        }
                    }
                    case "run" -> {
                        long begin = System.nanoTime();
                        try (Scope f = operands.scope()) {
                            work.run(f);
                        }
                        answer("{\"nanos\": %d}", System.nanoTime() - begin);
                    }
                    case "peak" -> {
                        EngineInfo info = engine.info();
                        answer("{\"gflops\": %.1f, \"gigabytes\": %.1f, \"processor\": \"%s\"}",
                                Peak.multiplyAdd(Math.max(128, info.vectorBits()), threads), Peak.read(1024, threads), info.processor());
                    }
                    case "multiply" -> answer("{\"gflops\": %.1f}", Peak.multiplyAddNow(Math.max(128, engine.info().vectorBits()), threads));
                    case "read" -> answer("{\"nanos\": %.0f}", (1 << 30) / Peak.read(1024, threads));
                    default -> throw new IllegalArgumentException("not understood: " + line);
                }
            }
            if (operands != null) {
                operands.close();
            }
        }
    }

    private static void answer(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
