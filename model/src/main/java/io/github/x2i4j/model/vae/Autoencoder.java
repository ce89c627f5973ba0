package io.github.x2i4j.model.vae;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.nn.BlockHook;
import java.util.function.Supplier;

/** Between pictures and the latents that the transformer works on. */
public sealed interface Autoencoder permits AutoencoderKl, AutoencoderTiny {
    /** A small autoencoder stands for FLUX.1's. */
    int TINY_SAMPLE_SIZE = 1024;

    /**
     * @param spatialFactor pixels per latent along a side
     * @param sampleSize side of the pictures it was trained on, in pixels
     */
    record Sizes(int inChannels, int outChannels, int latentChannels, int spatialFactor, int sampleSize) {
    }

    Sizes sizes();

    /**
     * The transformer's latents to a picture.
     *
     * @param x F32 [B, latentChannels, h, w]
     * @param tiling how to cut large pictures, or null to compute them whole
     * @return F32 [B, outChannels, H, W], roughly in [-1, 1], not clamped
     */
    Tensor decodeLatents(Ops ops, Tensor x, Tiling tiling, BlockHook hook);

    /**
     * A picture to the transformer's latents.
     *
     * @param image F32 [B, inChannels, H, W] in [-1, 1]
     * @param noise draws F32 [B, latentChannels, h, w], for autoencoders whose latents are drawn from a distribution
     * @param tiling how to cut large pictures, or null to compute them whole
     * @return F32 [B, latentChannels, h, w]
     */
    Tensor encodeLatents(Ops ops, Tensor image, Supplier<Tensor> noise, Tiling tiling, BlockHook hook);

    /** Sizes of the autoencoder that a config.json describes or, where that is null, that the tensors make. */
    static Sizes sizes(Weights w, Config config) {
        return isTiny(w, config) ? sizes(config == null ? TinyConfig.ofTensors(w) : TinyConfig.of(config))
                : sizes(config == null ? VaeConfig.ofTensors(w) : VaeConfig.of(config));
    }

    static Sizes sizes(TinyConfig c) {
        return new Sizes(c.inChannels(), c.outChannels(), c.latentChannels(), c.spatialFactor(), TINY_SAMPLE_SIZE);
    }

    static Sizes sizes(VaeConfig c) {
        return new Sizes(c.inChannels(), c.outChannels(), c.latentChannels(), c.spatialFactor(), c.sampleSize());
    }

    /** Binds encoder and decoder of either kind (names as {@link VaeNames} makes them). */
    static Autoencoder of(Weights w, Config config) {
        return isTiny(w, config) ? AutoencoderTiny.of(w, config) : AutoencoderKl.of(w, config);
    }

    /** Binds the decoder alone, which is all that drawing a picture needs. */
    static Autoencoder decoderOf(Weights w, Config config) {
        return isTiny(w, config) ? AutoencoderTiny.of(w, config == null ? TinyConfig.ofTensors(w) : TinyConfig.of(config), false)
                : AutoencoderKl.decoderOf(w, config);
    }

    /** Binds what encoding needs, so that a file with the encoder alone will do where there are such files. */
    static Autoencoder encoderOf(Weights w, Config config) {
        return isTiny(w, config) ? AutoencoderTiny.encoderOf(w, config) : AutoencoderKl.of(w, config);
    }

    private static boolean isTiny(Weights w, Config config) {
        return config == null ? w.count("decoder.layers") > 0 || w.count("encoder.layers") > 0
                : config.text("_class_name", "").equals("AutoencoderTiny");
    }
}
