package io.github.x2i4j.model.memory;

import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.BlockHook.Place;
import io.github.x2i4j.model.pipeline.Progress;
import java.util.List;

/**
 * Keeps weights in memory no longer than planned: around each block it waits until the block's weights are read, has the next
 * block's read meanwhile, and gives back what the plan does not keep. At the end of a stage everything goes. It attaches from outside,
 * as the hook of the {@link Progress} that a pipeline is given; everything else is handed on.
 */
final class WeightStream implements Progress, AutoCloseable {
    private final Progress listener;
    private final Trace trace;
    private final List<StagePlan> plans;
    private final Runnable trim;
    private final ReadAhead reader;
    private StagePlan stage;
    private int cursor;

    /**
     * @param trace its weights are those that the work will use
     * @param trim gives idle memory of tensors back to the system
     */
    WeightStream(Progress listener, Trace trace, List<StagePlan> plans, Runnable trim) {
        this.listener = listener;
        this.trace = trace;
        this.plans = plans;
        this.trim = trim;
        reader = new ReadAhead();
    }

    /** What is in memory by this stream's own account. */
    Residency residency() {
        return reader;
    }

    @Override
    public void stage(String name, int steps) {
        endStage();
        stage = plans.stream().filter(p -> p.stage().name().equals(name)).findFirst().orElse(null);
        cursor = 0;
        trim.run();
        listener.stage(name, steps);
    }

    private void endStage() {
        reader.releaseAll();
        if (stage != null) {
            stage.stage().loose().forEach(Range::unload);
            stage = null;
        }
    }

    @Override
    public BlockHook hook() {
        BlockHook inner = listener.hook();
        return (f, place, streams, block) -> {
            Trace.Visit visit = next(place);
            if (visit == null) {
                return inner.around(f, place, streams, block);
            }
            reader.require(visit);
            readAhead();
            try {
                return inner.around(f, place, streams, block);
            } finally {
                if (!stage.pinned().contains(place)) {
                    reader.release(place);
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
            if (!reader.holds(visits.get(i).place())) {
                reader.begin(visits.get(i));
                return;
            }
        }
    }

    @Override
    public void step(int done) {
        listener.step(done);
    }

    @Override
    public void block(Place place) {
        listener.block(place);
    }

    @Override
    public void video(int done, int of) {
        listener.video(done, of);
    }

    @Override
    public void preview(Tensor latents, int height, int width) {
        listener.preview(latents, height, width);
    }

    @Override
    public void warning(String message) {
        listener.warning(message);
    }

    @Override
    public boolean cancelled() {
        return listener.cancelled();
    }

    /** Ends reading and gives all weights back. */
    @Override
    public void close() {
        endStage();
        reader.close();
        trace.unload();
        trim.run();
    }
}
