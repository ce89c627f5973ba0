package io.github.x2i4j.app.cli;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.pipeline.PublishedSystem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that name the weights. */
final class WeightFlags {
    @Option(names = "--bundle", paramLabel = "DIR",
            description = "An X2I bundle: a folder with x2i.json. Default: the small demo bundle that ships with x2i.")
    private Path bundle;

    @Option(names = "--preset", paramLabel = "NAME",
            description = "A published system: x2i-qwen2.5-vl-7b, x2i-qwen2.5-vl-3b, x2i-internvl2.5-1b, x2i-internvl2.5-4b or "
                    + "x2i-minicpm-o-2.6; goes with --models, and with --alignnet or --flux where they have other names.")
    private String preset;

    @Option(names = "--models", paramLabel = "DIR", description = "Folder that holds the models of --preset as Hugging Face names them.")
    private Path models;

    @Option(names = "--mllm", paramLabel = "DIR",
            description = "The multimodal language model, such as Qwen2.5-VL-7B-Instruct or InternVL2_5-4B; goes with "
                    + "--alignnet and --flux.")
    private Path mllm;

    @Option(names = "--alignnet", paramLabel = "FILE", description = "X2I's AlignNet for that language model.")
    private Path alignnet;

    @Option(names = "--flux", paramLabel = "DIR",
            description = "FLUX.1 as diffusers lays it out (dev, schnell, shuttle-3-diffusion). Alone: plain FLUX, which reads the "
                    + "prompt with its own text encoders.")
    private Path flux;

    /** What the options ask for. */
    sealed interface Weights {
        /** A bundle, or the demo bundle where {@code folder} is null. */
        record Bundle(Path folder) implements Weights {
        }

        /** The parts of a published system. */
        record Parts(Path mllm, Path alignnet, Path flux) implements Weights {
        }

        /** A published system; {@code alignnet} and {@code flux} where they are elsewhere, or null. */
        record Published(PublishedSystem system, Path models, Path alignnet, Path flux) implements Weights {
        }

        /** FLUX with its own text encoders. */
        record PlainFlux(Path folder) implements Weights {
        }
    }

    /** @throws InvalidInputException if the options contradict each other or one is missing */
    Weights weights() {
        if (preset != null || models != null) {
            return published();
        }
        if (bundle != null) {
            if (mllm != null || alignnet != null || flux != null) {
                throw new InvalidInputException("--bundle names all weights: leave out --mllm, --alignnet and --flux, or name all three "
                        + "of them without --bundle.");
            }
            return new Weights.Bundle(bundle);
        }
        if (mllm == null && alignnet == null) {
            return flux == null ? new Weights.Bundle(null) : new Weights.PlainFlux(flux);
        }
        List<String> missing = new ArrayList<>();
        missing(missing, "--mllm", mllm);
        missing(missing, "--alignnet", alignnet);
        missing(missing, "--flux", flux);
        if (!missing.isEmpty()) {
            throw new InvalidInputException("--mllm, --alignnet and --flux make one system: name " + String.join(" and ", missing)
                    + " too.");
        }
        return new Weights.Parts(mllm, alignnet, flux);
    }

    private Weights published() {
        if (preset == null || models == null) {
            throw new InvalidInputException("--preset and --models go together: name the published system and the folder that holds its "
                    + "models.");
        }
        if (bundle != null || mllm != null) {
            throw new InvalidInputException("--preset names the language model: leave out --bundle and --mllm.");
        }
        return new Weights.Published(PublishedSystem.of(preset), models, alignnet, flux);
    }

    private static void missing(List<String> names, String name, Path value) {
        if (value == null) {
            names.add(name);
        }
    }
}
