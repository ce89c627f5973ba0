package io.github.x2i4j.app.cli;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.model.memory.MemoryPlan;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.pipeline.ForwardingProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Looks at the memory whenever a stage begins or computes a block, and hands everything else on to another display. */
final class MemoryReport extends ForwardingProgress implements Display {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path MAPS = Path.of("/proc/self/maps");
    private static final Path CLEAR_REFS = Path.of("/proc/self/clear_refs");
    private static final String RESET_PEAK = "5";
    private static final List<String> WEIGHT_FILES = List.of(".safetensors", ".bin", ".pt", ".pth", ".gguf");
    /** Columns of a line about mapped memory; the last is the file, which may hold spaces. */
    private static final int COLUMNS = 6;
    private static final int PATH = COLUMNS - 1;
    private static final int HEX = 16;
    private static final long KILO = 1024;

    private final Display display;
    private final Engine engine;
    private final Map<String, Stage> stages = new LinkedHashMap<>();
    private final Set<String> methods = new LinkedHashSet<>();
    private String current;
    private long poolPeak;
    private long residentPeak = -1;
    private boolean struckOff;

    /**
     * The most that a stage held, in bytes; -1 where the system does not tell, or nothing was planned.
     *
     * @param weights by file, those that were mapped at any time of the stage
     * @param pool activations, in blocks in use
     * @param heap Java objects, garbage among them
     * @param resident of the whole process, mapped weights that are in memory among it
     * @param planned what a memory budget's plan said the process would likely hold
     */
    record Stage(String name, Map<String, Long> weights, long pool, long heap, long resident, long planned) {
        /** Bytes of weights, or -1. */
        long mapped() {
            return Files.exists(MAPS) ? weights.values().stream().mapToLong(Long::longValue).sum() : -1;
        }

        private Stage with(Stage other) {
            Map<String, Long> both = new TreeMap<>(weights);
            other.weights.forEach((file, bytes) -> both.merge(file, bytes, Math::max));
            return new Stage(name, both, Math.max(pool, other.pool), Math.max(heap, other.heap), Math.max(resident, other.resident), planned);
        }

        private Stage planned(MemoryPlan plan) {
            long bytes = plan == null ? -1 : plan.stages().stream().filter(s -> s.name().equals(name)).mapToLong(plan::likely).findFirst().orElse(-1);
            return new Stage(name, weights, pool, heap, resident, bytes);
        }
    }

    /**
     * The most over all stages, in bytes; -1 where the system does not tell, or nothing was planned.
     *
     * @param pool taken for activations
     * @param resident of the whole process, as the system watched it all the time
     * @param planned what the plan of a memory budget said the process would likely hold
     * @param bound what it said the process would hold at most, the Java heap grown to its limit
     * @param methods how steps were given to a GPU
     */
    record Peaks(long pool, long resident, long planned, long bound, List<String> methods) {
    }

    MemoryReport(Display display, Engine engine) {
        super(display);
        this.display = display;
        this.engine = engine;
    }

    /**
     * Tells what was seen.
     *
     * @param plan of a memory budget, or null
     */
    void print(MemoryPlan plan) {
        endStage();
        display.memory(stages.values().stream().map(s -> s.planned(plan)).toList(), new Peaks(poolPeak, residentPeak,
                plan == null ? -1 : plan.likelyPeak(), plan == null ? -1 : plan.peak(), List.copyOf(methods)));
    }

    private void look() {
        Runtime r = Runtime.getRuntime();
        poolPeak = Math.max(poolPeak, engine.memory().peak());
        see(new Stage(current, mappedWeights(), engine.memory().inUse(), r.totalMemory() - r.freeMemory(), status("VmRSS:"), -1));
    }

    private void see(Stage stage) {
        stages.merge(stage.name, stage, Stage::with);
    }

    /** The system's own peak belongs to the stage that ends, where the one before was struck off; a process may do that with its own. */
    private void endStage() {
        long peak = status("VmHWM:");
        residentPeak = Math.max(residentPeak, peak);
        if (current != null && struckOff) {
            see(new Stage(current, Map.of(), 0, 0, peak, -1));
        }
        try {
            Files.writeString(CLEAR_REFS, RESET_PEAK);
            struckOff = true;
        } catch (IOException _) {
            struckOff = false;
        }
    }

    private static long status(String field) {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(l -> l.startsWith(field)).mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) * KILO).findFirst()
                    .orElse(-1);
        } catch (IOException _) {
            return -1;
        }
    }

    private static Map<String, Long> mappedWeights() {
        Map<String, Long> bytes = new TreeMap<>();
        try (Stream<String> lines = Files.lines(MAPS)) {
            lines.map(l -> l.split("\\s+", COLUMNS)).filter(f -> f.length == COLUMNS && WEIGHT_FILES.stream().anyMatch(f[PATH]::endsWith))
                    .forEach(f -> bytes.merge(f[PATH], size(f[0]), Long::sum));
        } catch (IOException _) {
            bytes.clear();
        }
        return bytes;
    }

    /** Bytes of a range of addresses such as {@code 7f00-8000}. */
    private static long size(String range) {
        int dash = range.indexOf('-');
        return Long.parseUnsignedLong(range.substring(dash + 1), HEX) - Long.parseUnsignedLong(range.substring(0, dash), HEX);
    }

    @Override
    public void stage(String name, int steps) {
        endStage();
        current = name;
        super.stage(name, steps);
        look();
    }

    @Override
    public BlockHook hook() {
        BlockHook inner = super.hook();
        return (f, place, streams, block) -> {
            look();
            return inner.around(f, place, streams, block);
        };
    }

    @Override
    public void method(String how) {
        if (engine.isGpu()) {
            methods.add(how);
        }
        super.method(how);
    }

    @Override
    public void picture(Written picture) {
        display.picture(picture);
    }

    @Override
    public void memory(List<Stage> stages, Peaks peaks) {
        display.memory(stages, peaks);
    }

    @Override
    public void end() {
        display.end();
    }

    @Override
    public void abort() {
        display.abort();
    }
}
