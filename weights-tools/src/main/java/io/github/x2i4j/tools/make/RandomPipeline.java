package io.github.x2i4j.tools.make;

import io.github.x2i4j.model.pipeline.Progress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Makes a FLUX pipeline folder of random weights, with what drawing takes: transformer, autoencoder and scheduler. Text encoders are
 * not in it, since X2I brings its own conditioning; {@code t5} and {@code clip} make them.
 */
public final class RandomPipeline {
    private RandomPipeline() {
    }

    /**
     * @param transformer {@link Architecture#FLUX_DEV} or {@link Architecture#FLUX_SCHNELL}
     * @param options sizes are those of the transformer; the autoencoder is as published
     * @see RandomWeights#make
     */
    public static RandomWeights.Made make(Architecture transformer, Path folder, RandomWeights.Options options, Progress progress) {
        if (transformer.family() != Architecture.Family.FLUX) {
            throw new IllegalArgumentException(transformer + " is no transformer of FLUX");
        }
        boolean dev = transformer == Architecture.FLUX_DEV;
        Map<String, String> texts = Map.of("model_index.json", """
                {
                  "_class_name": "FluxPipeline",
                  "scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"],
                  "transformer": ["diffusers", "FluxTransformer2DModel"],
                  "vae": ["diffusers", "AutoencoderKL"]
                }
                """, "scheduler/scheduler_config.json", """
                {
                  "_class_name": "FlowMatchEulerDiscreteScheduler",
                  "base_image_seq_len": 256,
                  "base_shift": 0.5,
                  "max_image_seq_len": 4096,
                  "max_shift": 1.15,
                  "num_train_timesteps": 1000,
                  "shift": %s,
                  "use_dynamic_shifting": %s
                }
                """.formatted(dev ? "3.0" : "1.0", dev));
        List<RandomWeights.Part> parts = List.of(new RandomWeights.Part("transformer", transformer, options.sizes()),
                new RandomWeights.Part("vae", Architecture.VAE, Sizes.FULL));
        return RandomWeights.make(parts, texts, folder, options, progress);
    }
}
