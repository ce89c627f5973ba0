package io.github.x2i4j.model.memory;

import io.github.x2i4j.model.nn.BlockHook.Place;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What one stage needs, in bytes, and how its weights come into memory.
 *
 * @param stage what the rehearsal saw
 * @param fixed held in every stage: Java itself or CUDA, converted weights
 * @param mode how the weights are held
 * @param pinned blocks that stay in memory while the stage lasts, where others stream
 * @param bytes most that is held in this stage
 */
record StagePlan(Trace.Stage stage, long fixed, MemoryPlan.Mode mode, Set<Place> pinned, long bytes) {

    /** The stage with its weights in memory as far as {@code limit} allows. If nothing helps, the plan needs more than that. */
    static StagePlan of(Trace.Stage stage, long fixed, long limit) {
        long held = held(stage, fixed);
        List<Trace.Visit> blocks = stage.blocks();
        if (held + stage.blockBytes() <= limit || blocks.size() < 2) {
            return resident(stage, fixed);
        }
        long pair = stage.medium().pair(blocks);
        if (held + pair > limit) {
            return new StagePlan(stage, fixed, MemoryPlan.Mode.ONE_BY_ONE, Set.of(), held + largest(blocks));
        }
        Set<Place> pinned = stage.visits().size() > blocks.size() ? pin(blocks, limit - held - pair) : Set.of();
        long kept = blocks.stream().filter(v -> pinned.contains(v.place())).mapToLong(Trace.Visit::bytes).sum();
        return new StagePlan(stage, fixed, MemoryPlan.Mode.STREAMED, pinned, held + kept + pair);
    }

    /** The stage with all its weights in memory. */
    static StagePlan resident(Trace.Stage stage, long fixed) {
        Set<Place> all = new HashSet<>();
        stage.blocks().forEach(v -> all.add(v.place()));
        return new StagePlan(stage, fixed, MemoryPlan.Mode.RESIDENT, all, held(stage, fixed) + stage.blockBytes());
    }

    /** Least memory with which the stage can be computed. */
    long least() {
        return held(stage, fixed) + largest(stage.blocks());
    }

    /** What is in memory whatever happens to the blocks. */
    private static long held(Trace.Stage stage, long fixed) {
        return fixed + stage.activations() + stage.looseBytes() + stage.edgeBytes();
    }

    /** Blocks that fit into {@code room}, spread evenly, so that there is time to read the others meanwhile. */
    private static Set<Place> pin(List<Trace.Visit> blocks, long room) {
        double share = (double) room / blocks.stream().mapToLong(Trace.Visit::bytes).sum();
        Set<Place> pinned = new HashSet<>();
        long left = room;
        double due = 0;
        for (Trace.Visit v : blocks) {
            due += share;
            if (due >= 1 && v.bytes() <= left) {
                pinned.add(v.place());
                left -= v.bytes();
                due -= 1;
            }
        }
        for (Trace.Visit v : blocks) { // where the last share was too small for a large block, a small one may fit
            if (v.bytes() <= left && pinned.add(v.place())) {
                left -= v.bytes();
            }
        }
        return pinned;
    }

    private static long largest(List<Trace.Visit> blocks) {
        return blocks.stream().mapToLong(Trace.Visit::bytes).max().orElse(0);
    }

    MemoryPlan.Stage shown() {
        List<Trace.Visit> blocks = stage.blocks();
        long kept = blocks.stream().filter(v -> pinned.contains(v.place())).mapToLong(Trace.Visit::bytes).sum();
        return new MemoryPlan.Stage(stage.name(), stage.weightBytes(), stage.elements(), blocks.size(), largest(blocks), kept, stage.activations(), mode,
                resident(stage, fixed).bytes, least(), bytes);
    }
}
