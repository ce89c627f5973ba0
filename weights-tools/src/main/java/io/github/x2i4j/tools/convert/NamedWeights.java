package io.github.x2i4j.tools.convert;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.Checkpoints;
import io.github.x2i4j.loader.weights.ModelKind;
import io.github.x2i4j.loader.weights.NameMap;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.flux.FluxNames;
import io.github.x2i4j.model.flux.FluxTransformer;
import io.github.x2i4j.model.text.T5Encoder;
import io.github.x2i4j.model.vae.AutoencoderKl;
import io.github.x2i4j.model.vae.VaeNames;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * The tensors of a network under the names asked for.
 *
 * @param weights in the network's order
 * @param config config.json that goes with the names of diffusers and transformers
 */
record NamedWeights(List<Weight> weights, String config) {
    /**
     * Binds the network that {@code source} is, so that every tensor is accounted for, and names what it asked for.
     *
     * @param checkpoint opened from {@code source}
     * @throws InvalidInputException if the tensors are not that network's
     * @throws UnsupportedFeatureException if it is a network that has only one set of names
     */
    static NamedWeights of(Path source, ModelKind kind, Checkpoint checkpoint, Names names) {
        return switch (kind) {
            case FLUX_TRANSFORMER, FLUX_SINGLE_FILE -> {
                FluxTransformer[] flux = new FluxTransformer[1];
                Map<String, Tensor> taken = bind(source, checkpoint, FluxNames.MAP, (w, c) -> flux[0] = FluxTransformer.of(w, c));
                yield of(taken, names, Configs.of(flux[0].config()),
                        OriginalNames.flux(flux[0].config().numLayers(), flux[0].config().numSingleLayers()), FluxNames.MAP);
            }
            case VAE, VAE_SINGLE_FILE -> {
                AutoencoderKl[] vae = new AutoencoderKl[1];
                Map<String, Tensor> taken = bind(source, checkpoint, VaeNames.MAP, (w, c) -> vae[0] = AutoencoderKl.of(w, c));
                yield of(taken, names, Configs.of(vae[0].config()), OriginalNames.vae(vae[0].config().blockOutChannels().length,
                        vae[0].config().layersPerBlock()), VaeNames.MAP);
            }
            case T5 -> {
                T5Encoder[] t5 = new T5Encoder[1];
                Map<String, Tensor> taken = bind(source, checkpoint, T5Encoder.NAMES, (w, c) -> t5[0] = T5Encoder.of(w, c));
                yield of(taken, names, Configs.of(t5[0].config(), taken.get("shared.weight").dim(0)), OriginalNames.t5(t5[0].config().numLayers()),
                        T5Encoder.NAMES);
            }
            default -> throw new UnsupportedFeatureException(source + ": this is " + kind.description() + "; other names are known for FLUX "
                    + "transformers, their autoencoders and T5 only, so leave out --names");
        };
    }

    private static NamedWeights of(Map<String, Tensor> taken, Names names, String config, List<String> candidates, NameMap map) {
        return new NamedWeights(names == Names.ORIGINAL ? OriginalNames.of(taken, candidates, map)
                : taken.entrySet().stream().map(e -> new Weight(e.getKey(), e.getValue().shape(), List.of(e.getValue()))).toList(), config);
    }

    private static Map<String, Tensor> bind(Path source, Checkpoint checkpoint, NameMap map, BiConsumer<Weights, Config> bind) {
        Tap tap = new Tap(Checkpoints.bind(checkpoint, map));
        bind.accept(tap, Files.isDirectory(source) ? Config.readIfPresent(source.resolve("config.json")) : null);
        tap.finish();
        return tap.taken();
    }
}
