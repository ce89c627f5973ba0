package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.DebugFlag;
import io.github.x2i4j.app.EngineFlags;
import io.github.x2i4j.demo.DemoBundle;
import io.github.x2i4j.model.pipeline.Bundle;
import java.io.PrintWriter;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;

/** The options of every command that draws. */
final class DrawFlags {
    @ArgGroup(validate = false, heading = "%nPictures:%n", order = 10)
    PictureFlags pictures = new PictureFlags();

    @ArgGroup(validate = false, heading = "%nWeights:%n", order = 11)
    WeightFlags weights = new WeightFlags();

    @Mixin
    EngineFlags engine;

    @Mixin
    private DebugFlag debug;

    /** The X2I system that the options name; null for plain FLUX. */
    static Bundle bundle(WeightFlags.Weights weights) {
        return switch (weights) {
            case WeightFlags.Weights.Bundle(var folder) -> Bundle.open(folder == null ? DemoBundle.unpack() : folder);
            case WeightFlags.Weights.Parts(var mllm, var alignnet, var flux, var vae) -> Bundle.of(mllm, alignnet, flux, vae);
            case WeightFlags.Weights.Published(var system, var models, var alignnet, var flux, var vae) ->
                    system.find(models, alignnet, flux, vae);
            case WeightFlags.Weights.PlainFlux _ -> null;
        };
    }

    /** Progress for somebody who watches, or for a log. */
    static Display display(PrintWriter err, boolean quiet) {
        return quiet ? new Silence(err) : Terminal.isThere() ? new ProgressBar(err) : new ProgressLines(err);
    }
}
