package io.github.x2i4j.model.pipeline;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.Checkpoints;
import io.github.x2i4j.loader.weights.ModelKind;
import io.github.x2i4j.model.flux.FlowMatchEulerScheduler;
import io.github.x2i4j.model.flux.FluxConfig;
import io.github.x2i4j.model.flux.FluxNames;
import io.github.x2i4j.model.nn.Loaded;
import io.github.x2i4j.model.vae.Autoencoder;
import io.github.x2i4j.model.vae.VaeNames;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/**
 * Where the parts of a FLUX pipeline lie: in a folder as diffusers writes it (model_index.json, and a folder for each part), in one
 * file that holds several parts, or in files of their own. Parts are opened when they are asked for.
 *
 * @param path the folder, or the file or folder of the transformer
 * @param named parts that lie elsewhere than in the folder
 */
public record FluxParts(Path path, Map<Part, Path> named) {

    /** A part, and how a pipeline folder and the command line call it. */
    public enum Part {
        TRANSFORMER("transformer", "--flux"),
        VAE("vae", "--vae"),
        SCHEDULER("scheduler", null),
        CLIP("text_encoder", "--clip"),
        T5("text_encoder_2", "--t5"),
        CLIP_TOKENIZER("tokenizer", "--tokenizers"),
        T5_TOKENIZER("tokenizer_2", "--tokenizers");

        private final String folder;
        private final String option;

        Part(String folder, String option) {
            this.folder = folder;
            this.option = option;
        }

        /** What a pipeline folder calls it, such as {@code text_encoder_2}. */
        public String folder() {
            return folder;
        }
    }

    public FluxParts {
        named = Map.copyOf(named);
    }

    /**
     * The parts that {@code flux} holds.
     *
     * @param flux a FLUX pipeline folder, a transformer in diffusers' layout, or a single file (safetensors or GGUF) with the transformer
     *     and perhaps other parts
     * @throws InvalidInputException saying what it is, if it is something else
     */
    public static FluxParts open(Path flux) {
        if (ModelKind.require(flux, ModelKind.FLUX_PIPELINE, ModelKind.FLUX_SINGLE_FILE, ModelKind.FLUX_TRANSFORMER) == ModelKind.FLUX_PIPELINE) {
            return new FluxParts(flux, Map.of());
        }
        Map<Part, Path> parts = new EnumMap<>(Part.class);
        parts.put(Part.TRANSFORMER, flux);
        if (!Files.isDirectory(flux)) {
            try (Checkpoint c = Checkpoints.open(flux)) {
                for (String name : c.tensors().keySet()) {
                    if (name.startsWith("vae.decoder.") || name.startsWith("first_stage_model.decoder.")) {
                        parts.put(Part.VAE, flux);
                    } else if (name.startsWith("text_encoders.clip_l.transformer.")) {
                        parts.put(Part.CLIP, flux);
                    } else if (name.startsWith("text_encoders.t5xxl.transformer.")) {
                        parts.put(Part.T5, flux);
                    }
                }
            }
        }
        return new FluxParts(flux, parts);
    }

    /**
     * These parts, one of them taken from elsewhere.
     *
     * @param file a folder or single file with that part; null changes nothing
     * @throws InvalidInputException saying what it is, if it is something else
     */
    public FluxParts with(Part part, Path file) {
        if (file == null) {
            return this;
        }
        switch (part) {
            case VAE -> ModelKind.require(file, ModelKind.VAE, ModelKind.VAE_SINGLE_FILE, ModelKind.TINY_VAE, ModelKind.FLUX_SINGLE_FILE);
            case CLIP -> ModelKind.require(file, ModelKind.CLIP, ModelKind.FLUX_SINGLE_FILE);
            case T5 -> ModelKind.require(file, ModelKind.T5, ModelKind.FLUX_SINGLE_FILE);
            case CLIP_TOKENIZER, T5_TOKENIZER -> ModelKind.require(file, ModelKind.TOKENIZER);
            default -> throw new IllegalArgumentException(part + " is not named by itself");
        }
        Map<Part, Path> more = new EnumMap<>(Part.class);
        more.putAll(named);
        more.put(part, file);
        return new FluxParts(path, more);
    }

    /** These parts, the tokenizers taken from a folder with {@code tokenizer} and {@code tokenizer_2}; null changes nothing. */
    public FluxParts withTokenizers(Path folder) {
        return folder == null ? this : with(Part.CLIP_TOKENIZER, folder.resolve(Part.CLIP_TOKENIZER.folder))
                .with(Part.T5_TOKENIZER, folder.resolve(Part.T5_TOKENIZER.folder));
    }

    /**
     * The folder or file of a part.
     *
     * @throws InvalidInputException if there is none
     */
    public Path part(Part part) {
        Path file = named.get(part);
        if (file != null) {
            return file;
        }
        if (named.containsKey(Part.TRANSFORMER)) {
            throw new InvalidInputException(path + " holds no " + part.folder + (part == Part.VAE ? " (autoencoder)" : "") + ": name one too ("
                    + part.option + "), or use a whole FLUX pipeline folder");
        }
        Path folder = path.resolve(part.folder);
        if (!Files.isDirectory(folder)) {
            throw new InvalidInputException(path + " lacks the folder " + part.folder + " of its FLUX pipeline; download it too");
        }
        return folder;
    }

    /** Sizes of the transformer; of its weights at most a header is read. */
    public FluxConfig transformer() {
        return Loaded.look(part(Part.TRANSFORMER), FluxNames.MAP, (w, config) -> config == null ? FluxConfig.ofTensors(w, null) : FluxConfig.of(config));
    }

    /** Sizes of the autoencoder; of its weights at most a header is read. */
    public Autoencoder.Sizes autoencoder() {
        return Loaded.look(part(Part.VAE), VaeNames.MAP, Autoencoder::sizes);
    }

    /** The scheduler of the folder, or that of FLUX.1-dev or FLUX.1-schnell where a transformer comes alone. */
    public FlowMatchEulerScheduler scheduler(FluxConfig transformer) {
        return named.containsKey(Part.TRANSFORMER) ? FlowMatchEulerScheduler.ofFlux(transformer.guidanceEmbeds())
                : FlowMatchEulerScheduler.of(Config.read(part(Part.SCHEDULER).resolve("scheduler_config.json")));
    }
}
