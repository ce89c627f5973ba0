package io.github.x2i4j.bench;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.measure.Peak;
import io.github.x2i4j.engine.measure.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Profiles of whole stages: the share of each op, its speed, and the share of the time that the stage's multiply-adds would take at the
 * machine's peak, which is measured in the same run.
 *
 * <p>Stages that need more memory than a machine may have are put together from parts: a step of FLUX.1 is 19 times a double block and 38
 * times a single one, each with the embeddings around it, which are less than a hundredth of the work; a pass of Qwen2.5-VL-3B is
 * {@link QwenLayers.Size#layers} / {@value QwenLayers#LAYERS} times its layers.
 *
 * <p>Arguments: {@code --kernels K}, {@code --threads N}, {@code --times N} (of which the fastest counts; 0 for
 * that which is checked, before them) and parts of names of stages.
 */
public final class StageProfiles {
    /** A workload, and how often the stage does it. */
    private record Part(String workload, double times) {
    }

    private record WholeStage(String name, List<Part> parts) {
    }

    private static final List<WholeStage> STAGES = stages();

    private StageProfiles() {
    }

    private static List<WholeStage> stages() {
        List<WholeStage> all = new ArrayList<>();
        double layers = (double) QwenLayers.Size.QWEN_3B.layers / QwenLayers.LAYERS;
        for (String dtype : new String[] {"F32", "BF16"}) {
            for (int tokens : new int[] {1536, 4608}) {
                all.add(new WholeStage("FLUX step " + tokens + " tokens " + dtype, List.of(new Part("FLUX double block " + tokens + " tokens " + dtype, 19),
                        new Part("FLUX single block " + tokens + " tokens " + dtype, 38))));
            }
            for (int pixels : new int[] {512, 1024}) {
                String name = "VAE decode " + pixels + "x" + pixels + " " + dtype;
                all.add(new WholeStage(name, List.of(new Part(name, 1))));
            }
            for (String pass : new String[] {"prefill of", "decode after"}) {
                String name = "Qwen 3B " + pass + " 512";
                all.add(new WholeStage(name + " " + dtype, List.of(new Part(name + ", " + QwenLayers.LAYERS + " of " + QwenLayers.Size.QWEN_3B.layers + " layers " + dtype, layers))));
            }
        }
        return List.copyOf(all);
    }

    /** Runs the stages whose names contain an argument. */
    public static void main(String[] args) {
        String kernels = "machine-avx512";
        int threads = Runtime.getRuntime().availableProcessors();
        int times = 2;
        List<String> names = new ArrayList<>();
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--kernels" -> kernels = args[++i];
                case "--threads" -> threads = Integer.parseInt(args[++i]);
                case "--times" -> times = Integer.parseInt(args[++i]);
                default -> names.add(args[i]);
            }
        }
        try (Engine engine = Engine.open(OpBenchmark.options(kernels, threads))) {
            Peak.multiplyAdd(Math.max(128, engine.info().vectorBits()), threads);
            double peak = Peak.multiplyAdd(Math.max(128, engine.info().vectorBits()), threads);
            System.out.printf(Locale.ROOT, "%s, Java %s, %s, %d threads%n", engine.info().processor(), Runtime.version(), kernels, threads);
            for (WholeStage s : STAGES) {
                if (names.isEmpty() || names.stream().anyMatch(s.name::contains)) {
                    profile(engine, s, times, peak);
                }
            }
        }
    }

    private static void profile(Engine engine, WholeStage stage, int times, double peak) {
        Profile sum = new Profile();
        double wall = 0;
        for (Part part : stage.parts) {
            try (Scope operands = engine.scope()) {
                Workload work = Workloads.named(part.workload);
                work.prepare(operands);
                Profile best = null;
                double shortest = Double.POSITIVE_INFINITY;
                for (int i = 0; i <= times; i++) {
                    Profile p = new Profile();
                    long begin = System.nanoTime();
                    long nanos;
                    try (Scope f = new TimedScope(operands.scope(), p)) {
                        Tensor y = work.run(f);
                        nanos = System.nanoTime() - begin;
                        if (i == 0) {
                            work.check(y, engine.info().precision());
                        }
                    }
                    if (nanos < shortest && (i > 0 || times == 0)) {
                        shortest = nanos;
                        best = p;
                    }
                }
                sum.add(best, part.times);
                wall += part.times * shortest;
            }
        }
        sum.print(stage.name, wall, peak);
    }
}
