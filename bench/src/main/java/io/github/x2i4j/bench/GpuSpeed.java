package io.github.x2i4j.bench;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Device;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.EngineOptions.KernelChoice;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.measure.MatrixProduct;
import io.github.x2i4j.engine.measure.Workload;
import io.github.x2i4j.model.flux.FluxConfig;
import io.github.x2i4j.model.pipeline.DrawOptions;
import io.github.x2i4j.model.pipeline.FluxPainter;
import io.github.x2i4j.model.pipeline.FluxParts;
import io.github.x2i4j.model.pipeline.Parts;
import io.github.x2i4j.model.pipeline.Progress;
import io.github.x2i4j.model.pipeline.TextEmbeddings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Speed on a GPU, in BF16: a large product, which is the rate that everything else is compared with; blocks and stages; then whole
 * pictures with the weights of a FLUX pipeline folder, whose seconds a step are the difference between many steps and few.
 *
 * <p>Arguments: {@code --device D} (cuda), {@code --precision P} (bf16), {@code --flux DIR} for the pictures, {@code --small} for a
 * rehearsal on works of no interest. Prints a line for each work, and for programs {@code RESULT name nanoseconds}.
 */
public final class GpuSpeed {
    private static final int TEXT = 512;
    private static final int FEW = 4;
    private static final int MANY = 12;
    private static final long WARM_UP_NANOS = 1_000_000_000;
    private static final long MEASURING_NANOS = 2_000_000_000;
    private static final int LEAST_RUNS = 5;

    private final Engine gpu;
    private final boolean small;
    private double peak;

    private GpuSpeed(Engine gpu, boolean small) {
        this.gpu = gpu;
        this.small = small;
    }

    /** See the class. */
    public static void main(String[] args) {
        String device = "cuda";
        Precision precision = Precision.BF16;
        Path flux = null;
        boolean small = false;
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--device" -> device = args[++i];
                case "--precision" -> precision = Precision.valueOf(args[++i].toUpperCase(Locale.ROOT));
                case "--flux" -> flux = Path.of(args[++i]);
                case "--small" -> small = true;
                default -> throw new IllegalArgumentException(args[i]);
            }
        }
        try (Engine gpu = Engine.open(new EngineOptions(KernelChoice.AUTO, 0, 0, null, precision, Device.parse(device)))) {
            System.out.println(gpu.info().label() + ", " + gpu.info().precision() + ", " + gpu.info().reasons());
            GpuSpeed speed = new GpuSpeed(gpu, small);
            speed.works().forEach(speed::measure);
            if (flux != null) {
                speed.pictures(flux);
            }
        }
    }

    private Map<String, Supplier<Workload>> works() {
        Map<String, Supplier<Workload>> works = new LinkedHashMap<>();
        if (small) {
            works.put("gemm 512x512x512", () -> new MatrixProduct(512, 512, 512, DType.BF16, 1));
            works.put("VAE decode 64x64", () -> new VaeDecode(64, DType.BF16));
            return works;
        }
        works.put("gemm 8192x8192x8192", () -> new MatrixProduct(8192, 8192, 8192, DType.BF16, 1));
        works.put("FLUX double block 4608 tokens", () -> new FluxBlock(true, 4608, DType.BF16));
        works.put("FLUX single block 4608 tokens", () -> new FluxBlock(false, 4608, DType.BF16));
        works.put("VAE decode 1024x1024", () -> new VaeDecode(1024, DType.BF16));
        String part = ", " + QwenLayers.LAYERS + " of " + QwenLayers.Size.QWEN_7B.layers + " layers";
        works.put("Qwen 7B prefill of 512" + part, () -> new QwenLayers(QwenLayers.Size.QWEN_7B, false, TEXT, DType.BF16));
        works.put("Qwen 7B decode after 512" + part, () -> new QwenLayers(QwenLayers.Size.QWEN_7B, true, TEXT, DType.BF16));
        return works;
    }

    /** Operands are made on the CPU, where the result's check is computed too; the GPU takes them as it takes weights. */
    private void measure(String name, Supplier<Workload> made) {
        Workload work = made.get();
        try (Engine cpu = Engine.open(EngineOptions.DEFAULT); Scope operands = cpu.scope(); Scope f = gpu.scope()) {
            work.prepare(operands);
            double error;
            try (Scope check = f.scope()) {
                error = work instanceof Stage stage ? stage.check(check, Workload.BF16_TOLERANCE)
                        : work.check(work.run(check), gpu.info().precision());
            }
            median(f, work, WARM_UP_NANOS);
            report(name, median(f, work, MEASURING_NANOS), work.flops(), work.flops() == 0 ? 0 : work.bytes(), error);
        }
        gpu.trim();
    }

    private void report(String name, double nanos, double flops, double bytes, double error) {
        double rate = flops / nanos / 1000;
        peak = Math.max(peak, name.startsWith("gemm") ? rate : 0);
        System.out.printf(Locale.ROOT, "%-46s %10.3f ms %8.2f TFLOP/s %6.1f %% of the product's, %8.1f GB/s%s%n", name, nanos / 1e6, rate,
                100 * rate / peak, bytes / nanos, error < 0 ? "" : String.format(Locale.ROOT, ", error %.1e", error));
        System.out.printf(Locale.ROOT, "RESULT %s %.0f%n", name.replace(' ', '_'), nanos);
    }

    private static double median(Scope f, Workload work, long nanos) {
        List<Long> times = new ArrayList<>();
        long begin = System.nanoTime();
        do {
            long t = System.nanoTime();
            work.runToEnd(f);
            times.add(System.nanoTime() - t);
        } while (System.nanoTime() - begin < nanos || times.size() < LEAST_RUNS);
        times.sort(null);
        return times.get(times.size() / 2);
    }

    private void pictures(Path folder) {
        FluxParts flux = FluxParts.open(folder);
        try (Parts kept = Parts.kept(); Engine cpu = Engine.open(EngineOptions.DEFAULT); Scope operands = cpu.scope()) {
            FluxPainter painter = new FluxPainter(flux, kept);
            FluxConfig c = painter.transformer();
            TextEmbeddings text = new TextEmbeddings(Workload.random(operands, 1, 1, TEXT, c.jointAttentionDim()),
                    Workload.random(operands, 1, 1, c.pooledProjectionDim()));
            for (int[] run : small ? new int[][] {{64, 1}, {64, 2}} : new int[][] {{1024, 1}, {512, 1}, {512, 4}}) {
                int side = run[0];
                int count = run[1];
                draw(painter, text, side, 1, FEW);
                long few = draw(painter, text, side, count, FEW);
                long many = draw(painter, text, side, count, MANY);
                double step = (double) (many - few) / (MANY - FEW) / count;
                String name = "FLUX step " + side + "x" + side + (count == 1 ? "" : ", " + count + " pictures, each");
                report(name, step, stepFlops(c, side), 0, -1);
                System.out.printf(Locale.ROOT, "%-46s %10.3f ms a picture%n", "  and all that is no step", ((double) few / count - FEW * step) / 1e6);
            }
        }
    }

    private long draw(FluxPainter painter, TextEmbeddings text, int side, int count, int steps) {
        long begin = System.nanoTime();
        try (Scope f = gpu.scope()) {
            painter.paint(f, text, null, DrawOptions.of(side, side, steps, 3.5).withCount(count), Progress.NONE);
        }
        return System.nanoTime() - begin;
    }

    /** Linear layers, and attention's two products. */
    private static double stepFlops(FluxConfig c, int side) {
        double hidden = (double) c.numAttentionHeads() * c.attentionHeadDim();
        double tokens = TEXT + side / 16.0 * side / 16.0;
        return (c.numLayers() + c.numSingleLayers()) * (24 * hidden * hidden * tokens + 4 * tokens * tokens * hidden);
    }
}
