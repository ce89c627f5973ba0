package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.cli.PictureFlags.Drawing;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.model.Recipe;
import io.github.x2i4j.model.SourceImage;
import io.github.x2i4j.model.X2iPicture;
import io.github.x2i4j.model.pipeline.Bundle.Defaults;
import io.github.x2i4j.model.pipeline.DrawOptions;
import io.github.x2i4j.model.pipeline.FluxParts;
import io.github.x2i4j.model.pipeline.FluxPipeline;
import io.github.x2i4j.model.pipeline.FluxPrompt;
import io.github.x2i4j.model.pipeline.Parts;
import io.github.x2i4j.model.pipeline.Picture;
import io.github.x2i4j.model.pipeline.Progress;
import java.util.function.Consumer;

/** Plain FLUX with its own text encoders. */
final class FluxStudio implements Studio {
    /** FLUX.1-dev is told a guidance scale and wants many steps; the distilled variants are not and want few. */
    private static final int STEPS_DEV = 28;
    private static final int LONGEST_DEV = 512;
    private static final int LONGEST_SCHNELL = 256;

    private final Engine engine;
    private final FluxParts flux;
    private final FluxPipeline pipeline;
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
     */
    FluxStudio(FluxParts flux, String text, String negative, double trueCfg, Start start, Engine engine) {
        boolean dev = flux.transformer().guidanceEmbeds();
        Defaults script = Defaults.SCRIPT;
        int side = flux.autoencoder().sampleSize();
        this.engine = engine;
        this.flux = flux;
        this.trueCfg = trueCfg;
        this.start = start;
        pipeline = new FluxPipeline(flux, Parts.released());
        prompt = new FluxPrompt(text, null, negative, dev ? LONGEST_DEV : LONGEST_SCHNELL);
        defaults = new Defaults(dev ? STEPS_DEV : script.steps(), script.guidance(), side, side);
    }

    @Override
    public Defaults defaults() {
        return defaults;
    }

    @Override
    public void draw(Drawing d, Progress progress, Consumer<X2iPicture> finished) {
        DrawOptions all = DrawOptions.of(d.height(), d.width(), d.steps(), d.guidance()).withTrueCfgScale(trueCfg);
        if (start != null) {
            all = all.from(start.image.image(), start.strength);
        }
        try (Scope scope = engine.scope()) {
            for (int i = 0; i < d.count(); i++) {
                DrawOptions one = all.withSeed(d.seed() + i);
                Picture picture = pipeline.generate(scope, prompt, one, progress).getFirst();
                finished.accept(new X2iPicture(picture.toRgb(),
                        Recipe.ofFlux(engine.info(), flux, prompt, start == null ? null : start.image, one, picture)));
            }
        }
    }

    @Override
    public void close() {
        // Its parts are open while they work only.
    }
}
