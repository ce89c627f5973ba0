package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.cli.PictureFlags.Drawing;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.model.Recipe;
import io.github.x2i4j.model.SourceImage;
import io.github.x2i4j.model.X2iPicture;
import io.github.x2i4j.model.pipeline.Bundle.Defaults;
import io.github.x2i4j.model.memory.MemoryBudget;
import io.github.x2i4j.model.memory.MemoryKeeper;
import io.github.x2i4j.model.memory.MemoryPlan;
import io.github.x2i4j.model.pipeline.DrawOptions;
import io.github.x2i4j.model.pipeline.FluxParts;
import io.github.x2i4j.model.pipeline.FluxPipeline;
import io.github.x2i4j.model.pipeline.FluxPrompt;
import io.github.x2i4j.model.pipeline.Parts;
import io.github.x2i4j.model.pipeline.Picture;
import io.github.x2i4j.model.pipeline.Progress;
import java.util.List;
import java.util.function.Consumer;

/** Plain FLUX with its own text encoders. */
final class FluxStudio implements Studio {
    /** FLUX.1-dev is told a guidance scale and wants many steps; the distilled variants are not and want few. */
    private static final int STEPS_DEV = 28;
    private static final int LONGEST_DEV = 512;
    private static final int LONGEST_SCHNELL = 256;

    private final Engine engine;
    private final FluxParts flux;
    private final Parts weights;
    private final FluxPipeline pipeline;
    private final MemoryBudget budget;
    private final FluxPrompt prompt;
    private final Start start;
    private final double trueCfg;
    private final Defaults defaults;

    /**
     * A picture to begin with.
     *
     * @param strength how much of it is drawn anew
     */
    record Start(SourceImage image, double strength) {
    }

    /**
     * @param negative what the pictures shall not show, or null
     * @param trueCfg weight of prompt against {@code negative}
     * @param start what drawing begins with, or null for noise alone
     * @param budget to be kept, or null for none
     */
    FluxStudio(FluxParts flux, String text, String negative, double trueCfg, Start start, Engine engine, MemoryBudget budget) {
        boolean dev = flux.transformer().guidanceEmbeds();
        Defaults script = Defaults.SCRIPT;
        int side = flux.autoencoder().sampleSize();
        this.engine = engine;
        this.flux = flux;
        this.trueCfg = trueCfg;
        this.start = start;
        this.budget = budget;
        weights = budget == null ? Parts.released() : Parts.kept();
        pipeline = new FluxPipeline(flux, weights);
        prompt = new FluxPrompt(text, null, negative, dev ? LONGEST_DEV : LONGEST_SCHNELL);
        defaults = new Defaults(dev ? STEPS_DEV : script.steps(), script.guidance(), side, side);
    }

    @Override
    public Defaults defaults() {
        return defaults;
    }

    @Override
    public void draw(Drawing d, Progress progress, Consumer<X2iPicture> finished) {
        if (budget != null) {
            MemoryKeeper.run(engine, budget, (f, p) -> rehearse(d, f, p), (f, p) -> draw(d, f, p, finished), progress);
            return;
        }
        try (Scope scope = engine.scope()) {
            draw(d, scope, progress, finished);
        }
    }

    private Void draw(Drawing d, Scope scope, Progress progress, Consumer<X2iPicture> finished) {
        for (int i = 0; i < d.count(); i++) {
            DrawOptions one = options(d).withSeed(d.seed() + i);
            Picture picture = pipeline.generate(scope, prompt, one, progress).getFirst();
            finished.accept(new X2iPicture(picture.toRgb(),
                    Recipe.ofFlux(engine.info(), flux, prompt, start == null ? null : start.image, one, picture)));
        }
        return null;
    }

    @Override
    public MemoryPlan plan(Drawing d) {
        return MemoryKeeper.plan(engine, (f, p) -> rehearse(d, f, p), budget, Progress.NONE);
    }

    private List<Picture> rehearse(Drawing d, Scope f, Progress progress) {
        return pipeline.generate(f, prompt, options(d).withSeed(d.seed()), progress);
    }

    private DrawOptions options(Drawing d) {
        DrawOptions all = DrawOptions.of(d.height(), d.width(), d.steps(), d.guidance()).withTrueCfgScale(trueCfg).withVaeTile(d.vaeTile()).withNoise(d.noise());
        return start == null ? all : all.from(start.image.image(), start.strength);
    }

    @Override
    public void close() {
        weights.close();
    }
}
