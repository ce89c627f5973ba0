package io.github.x2i4j.model.memory;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.Rehearsal;
import io.github.x2i4j.engine.Storage;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.WeightObserver;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.pipeline.Progress;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Watches a rehearsal: which stage it is in, which block, what is read there. */
final class TraceRecorder implements Progress, WeightObserver, AutoCloseable {
    private final Progress listener;
    private final Medium medium;
    private final Rehearsal rehearsal;
    private final List<Trace.Stage> stages = new ArrayList<>();
    private final Map<Storage, Long> copies = new IdentityHashMap<>();
    private String stage = "open";
    private int steps;
    private List<Trace.Visit> visits = new ArrayList<>();
    private List<Range> loose = new ArrayList<>();
    private List<Range> block;

    /** @param listener is asked whether to stop, and told nothing */
    TraceRecorder(Engine engine, Progress listener) {
        this.listener = listener;
        medium = engine.isGpu() ? Medium.DEVICE : Medium.PAGES;
        rehearsal = engine.rehearsal(this);
    }

    Rehearsal rehearsal() {
        return rehearsal;
    }

    /** What was seen so far. */
    Trace finish() {
        endStage();
        return new Trace(List.copyOf(stages), copies.values().stream().mapToLong(Long::longValue).sum());
    }

    private void endStage() {
        if (!visits.isEmpty() || !loose.isEmpty()) {
            stages.add(new Trace.Stage(stage, steps, List.copyOf(visits), withoutBlocks(), rehearsal.memory().peak(), medium));
        }
        visits = new ArrayList<>();
        loose = new ArrayList<>();
        rehearsal.trim();
    }

    /** Loose weights, without those that are a block's as well. */
    private List<Range> withoutBlocks() {
        return loose.stream().filter(l -> visits.stream().noneMatch(v -> v.weights().stream().anyMatch(l::sameAs))).toList();
    }

    @Override
    public void close() {
        rehearsal.close();
    }

    @Override
    public void stage(String name, int count) {
        endStage();
        stage = name;
        steps = count;
    }

    @Override
    public boolean cancelled() {
        return listener.cancelled();
    }

    @Override
    public BlockHook hook() {
        return (f, place, streams, compute) -> {
            check();
            List<Range> outer = block;
            block = new ArrayList<>();
            try {
                return compute.apply(streams);
            } finally {
                visits.add(new Trace.Visit(place, List.copyOf(block)));
                block = outer;
            }
        };
    }

    @Override
    public void reads(Tensor weight, long bytes) {
        if (medium == Medium.DEVICE && bytes < weight.byteSize()) {
            return; // rows of a table, which are copied when they are looked up
        }
        Range range = medium == Medium.DEVICE ? Range.copied(weight, bytes) : Range.of(weight, bytes);
        if (range == null) {
            copies.put(weight.storage(), weight.storage().byteSize());
            return;
        }
        List<Range> to = block == null ? loose : block;
        for (int i = 0; i < to.size(); i++) {
            if (to.get(i).sameAs(range)) {
                to.set(i, to.get(i).used() >= range.used() ? to.get(i) : range);
                return;
            }
        }
        to.add(range);
    }
}
