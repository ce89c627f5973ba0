package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.DebugFlag;
import io.github.x2i4j.app.EngineFlags;
import io.github.x2i4j.demo.DemoBundle;
import io.github.x2i4j.engine.Device;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.memory.MemoryBudget;
import io.github.x2i4j.model.pipeline.Bundle;
import java.io.PrintWriter;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every command that draws. */
final class DrawFlags {
    @ArgGroup(validate = false, heading = "%nPictures:%n", order = 10)
    PictureFlags pictures = new PictureFlags();

    @ArgGroup(validate = false, heading = "%nWeights:%n", order = 11)
    WeightFlags weights = new WeightFlags();

    @Option(names = "--max-memory", paramLabel = "SIZE",
            description = "Keep the whole program within so much memory, such as 6G: weights stream from their files block by block where they "
                    + "do not fit. What cannot be done is refused before it begins; x2i plan tells how much it takes.")
    private String maxMemory;

    @Option(names = "--max-vram", paramLabel = "SIZE",
            description = "With --device cuda or auto: keep within so much of the GPU's memory, such as 8G. Weights stream to the GPU block by "
                    + "block where they do not fit. Default: what is free.")
    private String maxVram;

    @Mixin
    EngineFlags engine;

    @Mixin
    private DebugFlag debug;

    /** The budget of the process's memory, or null for none. */
    MemoryBudget maxMemory() {
        return size("--max-memory", maxMemory);
    }

    /** The budget of the GPU's memory, or null for none. */
    MemoryBudget maxVram() {
        return size("--max-vram", maxVram);
    }

    private static MemoryBudget size(String option, String text) {
        try {
            return text == null ? null : MemoryBudget.parse(text);
        } catch (InvalidInputException e) {
            throw new InvalidInputException(option + ": " + e.getMessage());
        }
    }

    /**
     * Checks the budgets.
     *
     * @param planning whether a budget of a GPU's memory is good without the GPU
     * @throws InvalidInputException if one is no size, or not for the device
     */
    void checkBudgets(boolean planning) {
        maxMemory();
        maxVram();
        Device.Kind kind = engine.options().device().kind();
        if (maxVram != null && kind == Device.Kind.CPU && !planning) {
            throw new InvalidInputException("--max-vram is about a GPU's memory: say --device cuda or --device auto too, or leave it out.");
        }
        if (maxMemory != null && (kind == Device.Kind.CUDA || planning && maxVram != null)) {
            throw new InvalidInputException("--max-memory is about work on the CPU: with a GPU say --max-vram, or leave it out.");
        }
    }

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
