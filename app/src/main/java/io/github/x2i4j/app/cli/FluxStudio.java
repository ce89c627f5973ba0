package io.github.x2i4j.app.cli;

import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.model.pipeline.Bundle.Defaults;
import io.github.x2i4j.model.pipeline.DrawOptions;
import io.github.x2i4j.model.pipeline.FluxFolder;
import io.github.x2i4j.model.pipeline.FluxPipeline;
import io.github.x2i4j.model.pipeline.FluxPrompt;
import io.github.x2i4j.model.pipeline.Picture;
import io.github.x2i4j.model.pipeline.Progress;
import java.nio.file.Path;

/** Plain FLUX with its own text encoders. */
final class FluxStudio implements Studio {
    /** FLUX.1-dev is told a guidance scale and wants many steps; the distilled variants are not and want few. */
    private static final int STEPS_DEV = 28;
    private static final int LONGEST_DEV = 512;
    private static final int LONGEST_SCHNELL = 256;

    private final FluxPipeline pipeline;
    private final FluxPrompt prompt;
    private final Defaults defaults;

    FluxStudio(Path folder, String text, String negative) {
        FluxFolder parts = FluxFolder.open(folder);
        boolean dev = Config.read(parts.part("transformer").resolve("config.json")).flag("guidance_embeds", false);
        Defaults script = Defaults.SCRIPT;
        int side = Config.read(parts.part("vae").resolve("config.json")).positive("sample_size", script.width());
        defaults = new Defaults(dev ? STEPS_DEV : script.steps(), script.guidance(), side, side);
        pipeline = FluxPipeline.open(folder);
        prompt = new FluxPrompt(text, null, negative, dev ? LONGEST_DEV : LONGEST_SCHNELL);
    }

    @Override
    public Defaults defaults() {
        return defaults;
    }

    @Override
    public void check(DrawOptions o) {
        pipeline.check(o);
    }

    @Override
    public void read(Scope scope, Progress progress) {
        // Its text encoders are part of drawing.
    }

    @Override
    public String answer() {
        return null;
    }

    @Override
    public Picture draw(Scope scope, DrawOptions o, Progress progress) {
        return pipeline.generate(scope, prompt, o, progress).getFirst();
    }
}
