package io.github.x2i4j.app.cli;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.pipeline.FluxParts;
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

    @Option(names = "--flux", paramLabel = "PATH",
            description = "FLUX.1 (dev, schnell, shuttle-3-diffusion): the folder that diffusers lays out, or a single file with the "
                    + "transformer (.safetensors, .gguf), which takes --vae. Alone: plain FLUX, which reads the prompt with its own text "
                    + "encoders.")
    private Path flux;

    @Option(names = "--vae", paramLabel = "PATH",
            description = "Autoencoder of FLUX.1: a file such as ae.safetensors, or a folder; or the small one, TAEF1. Default: the one that "
                    + "lies with --flux.")
    private Path vae;

    @Option(names = "--clip", paramLabel = "PATH", description = "CLIP-L for plain FLUX, such as clip_l.safetensors.")
    private Path clip;

    @Option(names = "--t5", paramLabel = "PATH", description = "T5-XXL for plain FLUX, such as t5xxl_fp8_e4m3fn.safetensors or a GGUF file.")
    private Path t5;

    @Option(names = "--tokenizers", paramLabel = "DIR",
            description = "For plain FLUX: folder with FLUX.1's folders tokenizer and tokenizer_2.")
    private Path tokenizers;

    /** What the options ask for. */
    sealed interface Weights {
        /** A bundle, or the demo bundle where {@code folder} is null. */
        record Bundle(Path folder) implements Weights {
        }

        /** The parts of a published system; {@code vae} where it does not lie with {@code flux}, or null. */
        record Parts(Path mllm, Path alignnet, Path flux, Path vae) implements Weights {
        }

        /** A published system; {@code alignnet}, {@code flux} and {@code vae} where they are elsewhere, or null. */
        record Published(PublishedSystem system, Path models, Path alignnet, Path flux, Path vae) implements Weights {
        }

        /** FLUX with its own text encoders; all but {@code flux} where they are elsewhere, or null. */
        record PlainFlux(Path flux, Path vae, Path clip, Path t5, Path tokenizers) implements Weights {
            FluxParts parts() {
                return FluxParts.open(flux).with(FluxParts.Part.VAE, vae).with(FluxParts.Part.CLIP, clip).with(FluxParts.Part.T5, t5)
                        .withTokenizers(tokenizers);
            }
        }
    }

    /** @throws InvalidInputException if the options contradict each other or one is missing */
    Weights weights() {
        boolean plain = flux != null && mllm == null && alignnet == null && preset == null && models == null;
        if (!plain && (clip != null || t5 != null || tokenizers != null)) {
            throw new InvalidInputException("--clip, --t5 and --tokenizers are for plain FLUX: name --flux, without a language model.");
        }
        if (vae != null && flux == null && preset == null) {
            throw new InvalidInputException("--vae is the autoencoder of FLUX: name --flux too.");
        }
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
            return flux == null ? new Weights.Bundle(null) : new Weights.PlainFlux(flux, vae, clip, t5, tokenizers);
        }
        List<String> missing = new ArrayList<>();
        missing(missing, "--mllm", mllm);
        missing(missing, "--alignnet", alignnet);
        missing(missing, "--flux", flux);
        if (!missing.isEmpty()) {
            throw new InvalidInputException("--mllm, --alignnet and --flux make one system: name " + String.join(" and ", missing)
                    + " too.");
        }
        return new Weights.Parts(mllm, alignnet, flux, vae);
    }

    private Weights published() {
        if (preset == null || models == null) {
            throw new InvalidInputException("--preset and --models go together: name the published system and the folder that holds its "
                    + "models.");
        }
        if (bundle != null || mllm != null) {
            throw new InvalidInputException("--preset names the language model: leave out --bundle and --mllm.");
        }
        return new Weights.Published(PublishedSystem.of(preset), models, alignnet, flux, vae);
    }

    private static void missing(List<String> names, String name, Path value) {
        if (value == null) {
            names.add(name);
        }
    }
}
