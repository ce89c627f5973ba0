package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.cli.PictureFlags.Drawing;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.model.X2i;
import io.github.x2i4j.model.X2iPicture;
import io.github.x2i4j.model.X2iRequest;
import io.github.x2i4j.model.memory.MemoryBudget;
import io.github.x2i4j.model.memory.MemoryPlan;
import io.github.x2i4j.model.pipeline.Bundle;
import io.github.x2i4j.model.pipeline.Bundle.Defaults;
import io.github.x2i4j.model.pipeline.Progress;
import java.util.function.Consumer;

/** A language model reads the request, FLUX draws what AlignNet makes of it. */
final class X2iStudio implements Studio {
    private final X2i x2i;
    private final X2iRequest.Builder request;

    /**
     * @param request what to draw; how it is drawn is added later
     * @param budget to be kept, or null for none
     */
    X2iStudio(Bundle bundle, X2iRequest.Builder request, Engine engine, MemoryBudget budget) {
        this.x2i = budget == null ? X2i.open(bundle, engine, false) : X2i.open(bundle, engine, budget);
        this.request = request;
    }

    @Override
    public Defaults defaults() {
        return x2i.bundle().defaults();
    }

    @Override
    public void draw(Drawing d, Progress progress, Consumer<X2iPicture> finished) {
        x2i.generate(request(d), progress, finished);
    }

    @Override
    public MemoryPlan plan(Drawing d) {
        return x2i.plan(request(d));
    }

    private X2iRequest request(Drawing d) {
        return request.steps(d.steps()).guidance(d.guidance()).size(d.width(), d.height()).seed(d.seed()).count(d.count()).vaeTile(d.vaeTile()).noise(d.noise()).build();
    }

    @Override
    public void close() {
        x2i.close();
    }
}
