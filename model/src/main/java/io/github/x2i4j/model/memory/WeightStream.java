package io.github.x2i4j.model.memory;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.BlockHook.Place;
import io.github.x2i4j.model.pipeline.ForwardingProgress;
import io.github.x2i4j.model.pipeline.Progress;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Keeps weights in memory no longer than planned: around each block it waits until the block's weights are read, has the next
 * block's read meanwhile, and gives back what the plan does not keep. At the end of a stage everything goes. It attaches from outside,
 * as the hook of the {@link Progress} that a pipeline is given; everything else is handed on.
 */
final class WeightStream extends ForwardingProgress implements AutoCloseable {
    private final Trace trace;
    private final List<StagePlan> plans;
    private final long limit;
    private final Engine engine;
    private StagePlan stage;
    private BlockLoader loader;
    /** On a GPU: stages that ended, whose weights stay as long as the stages that follow leave room, because they may come again. */
    private final LinkedHashMap<StagePlan, BlockLoader> ended = new LinkedHashMap<>();
    private int cursor;

    /**
     * @param trace its weights are those that the work will use
     * @param limit the budget in bytes
     * @param engine gives idle memory back when a stage ends
     */
    WeightStream(Progress listener, Trace trace, List<StagePlan> plans, long limit, Engine engine) {
        super(listener);
        this.limit = limit;
        this.trace = trace;
        this.plans = plans;
        this.engine = engine;
    }

    @Override
    public void stage(String name, int steps) {
        endStage();
        stage = plans.stream().filter(p -> p.stage().name().equals(name)).findFirst().orElse(null);
        cursor = 0;
        engine.trim();
        if (stage != null) {
            loader = engine.isGpu() ? onDevice(stage) : new ReadAhead();
            readAhead(); // while media are decoded, texts prepared, random numbers drawn
        }
        super.stage(name, steps);
    }

    private BlockLoader onDevice(StagePlan next) {
        BlockLoader before = ended.remove(next);
        while (!ended.isEmpty() && next.bytes() + ended.keySet().stream().mapToLong(DeviceLoader::bytes).sum() > limit) {
            ended.pollFirstEntry().getValue().close();
        }
        return before != null ? before : new DeviceLoader(engine, next);
    }

    private void endStage() {
        if (stage == null) {
            return;
        }
        StagePlan last = stage;
        BlockLoader its = loader;
        stage = null;
        loader = null;
        if (its != null && engine.isGpu() && last.mode() == MemoryPlan.Mode.RESIDENT) {
            ended.put(last, its);
        } else if (its != null) {
            its.close();
        }
        last.stage().loose().forEach(Range::unload);
        if (engine.isGpu()) {
            last.stage().blocks().forEach(v -> v.weights().forEach(Range::unload));
        }
    }

    @Override
    public BlockHook hook() {
        BlockHook inner = super.hook();
        return (f, place, streams, block) -> {
            Trace.Visit visit = next(place);
            if (visit == null || loader == null) {
                return inner.around(f, place, streams, block);
            }
            loader.require(visit);
            readAhead();
            try {
                return inner.around(f, place, streams, block);
            } finally {
                if (!stage.pinned().contains(place)) {
                    loader.release(place);
                }
            }
        };
    }

    /** The visit that the work has come to: the next to this place, be it that the work goes round more often than rehearsed. */
    private Trace.Visit next(Place place) {
        if (stage == null) {
            return null;
        }
        List<Trace.Visit> visits = stage.stage().visits();
        for (int i = 0; i < visits.size(); i++) {
            int at = (cursor + i) % visits.size();
            if (visits.get(at).place().equals(place)) {
                cursor = at + 1;
                return visits.get(at);
            }
        }
        return null;
    }

    private void readAhead() {
        if (stage.mode() == MemoryPlan.Mode.ONE_BY_ONE) {
            return;
        }
        List<Trace.Visit> visits = stage.stage().visits();
        for (int i = cursor; i < visits.size(); i++) {
            Place place = visits.get(i).place();
            if (!loader.holds(place)) {
                loader.begin(visits.get(i));
                if (engine.isGpu() && stage.mode() == MemoryPlan.Mode.RESIDENT) {
                    continue; // there is room for all, and the device need not wait for each
                }
                return;
            }
            if (!stage.pinned().contains(place)) {
                return; // one that streams is ahead already, and there is room for no other
            }
        }
    }

    /** Ends reading and gives all weights back. */
    @Override
    public void close() {
        endStage();
        ended.values().forEach(BlockLoader::close);
        ended.clear();
        trace.unload();
        engine.trim();
    }
}
