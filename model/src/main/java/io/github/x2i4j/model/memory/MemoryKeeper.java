package io.github.x2i4j.model.memory;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.model.pipeline.Progress;
import java.util.List;

/**
 * Plans the memory of a piece of work by rehearsing it, and keeps a budget while it is done. The work is any run of pipelines: it
 * tells stages and blocks to the {@link Progress} it is given, and its weights stay open from the rehearsal to the end of the work
 * ({@link io.github.x2i4j.model.pipeline.Parts#kept}), so that what the rehearsal saw is what streams.
 */
public final class MemoryKeeper {
    private MemoryKeeper() {
    }

    /** A piece of work. */
    @FunctionalInterface
    public interface Work<T> {
        T run(Scope f, Progress progress);
    }

    /**
     * Rehearses the work: weight files are opened and their small tensors read, texts and media are prepared, nothing is computed.
     *
     * @param engine would do the work; where it computes on a GPU, the GPU's memory is planned, otherwise the process's
     * @param budget to be kept, or null for none; with one, the work's weight files must stay open
     * @param progress is asked whether to stop
     * @throws io.github.x2i4j.engine.InvalidInputException for all that the work itself would refuse
     */
    public static MemoryPlan plan(Engine engine, Work<?> work, MemoryBudget budget, Progress progress) {
        return rehearse(engine, work, budget, progress).plan();
    }

    /** A plan and how its stages' weights are held. */
    private record Rehearsed(MemoryPlan plan, Trace trace, List<StagePlan> stages) {
    }

    private static Rehearsed rehearse(Engine engine, Work<?> work, MemoryBudget budget, Progress progress) {
        Trace trace;
        try (TraceRecorder recorder = new TraceRecorder(engine, progress)) {
            try (Scope f = recorder.rehearsal().scope()) {
                work.run(f, recorder);
            }
            trace = recorder.finish();
        }
        if (budget != null) {
            trace.unload();
        }
        Overhead overhead = engine.isGpu() ? CudaMemory.usual() : budget == null ? JavaMemory.usual() : JavaMemory.limits();
        long limit = budget == null ? Long.MAX_VALUE : budget.bytes();
        List<StagePlan> stages = trace.stages().stream().map(s -> StagePlan.of(s, overhead.bytes() + trace.copies(), limit)).toList();
        return new Rehearsed(new MemoryPlan(budget == null ? 0 : limit, overhead, trace.copies(),
                stages.stream().map(StagePlan::shown).toList()), trace, stages);
    }

    /**
     * Does the work within a budget, or refuses it.
     *
     * @param rehearsal the same work as far as memory goes; it is run first, without computing
     * @param planned is told the plan before the work begins
     * @throws io.github.x2i4j.engine.InvalidInputException if the budget cannot be kept, see {@link MemoryPlan#require}
     */
    public static <T> T run(Engine engine, MemoryBudget budget, Work<?> rehearsal, Work<T> work, Progress progress) {
        Rehearsed r = rehearse(engine, rehearsal, budget, progress);
        r.plan.require();
        try (WeightStream stream = new WeightStream(progress, r.trace, r.stages, budget.bytes(), engine); Scope f = engine.scope()) {
            return work.run(f, stream);
        }
    }
}
