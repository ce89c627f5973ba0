package io.github.x2i4j.model.vae;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.nn.BlockHook;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Autoencoder of FLUX (diffusers' AutoencoderKL). Latents here are the autoencoder's own; the transformer's are
 * {@code (z - shiftFactor) * scalingFactor}, see {@link #toTransformer} and {@link #fromTransformer}.
 *
 * <p>Pictures of a batch are computed one after the other, since the result is the same and the memory is that of one.
 */
public final class AutoencoderKl implements Autoencoder {
    private static final float MIN_LOGVAR = -30;
    private static final float MAX_LOGVAR = 20;

    private final VaeConfig config;
    private final Encoder encoder;
    private final Conv quantConv;
    private final Conv postQuantConv;
    private final Decoder decoder;

    private AutoencoderKl(Weights w, VaeConfig c, boolean withEncoder) {
        config = c;
        long latent = c.latentChannels();
        encoder = withEncoder ? new Encoder(w.at("encoder"), c) : null;
        quantConv = withEncoder && c.useQuantConv() ? Conv.of1x1(w.at("quant_conv"), 2 * latent, 2 * latent) : null;
        postQuantConv = c.usePostQuantConv() ? Conv.of1x1(w.at("post_quant_conv"), latent, latent) : null;
        decoder = new Decoder(w.at("decoder"), c);
        if (!withEncoder) {
            w.ignore("encoder.");
            w.ignore("quant_conv.");
        }
    }

    /**
     * Binds encoder and decoder (names as {@link VaeNames} makes them).
     *
     * @param config its config.json, or null for a file without: the sizes then follow from the tensors
     */
    public static AutoencoderKl of(Weights w, Config config) {
        return new AutoencoderKl(w, config(w, config), true);
    }

    /** Binds the decoder alone, which is all that drawing a picture needs; {@code config} as in {@link #of}. */
    public static AutoencoderKl decoderOf(Weights w, Config config) {
        return new AutoencoderKl(w, config(w, config), false);
    }

    private static VaeConfig config(Weights w, Config config) {
        return config == null ? VaeConfig.ofTensors(w) : VaeConfig.of(config);
    }

    public VaeConfig config() {
        return config;
    }

    @Override
    public Sizes sizes() {
        return Autoencoder.sizes(config);
    }

    @Override
    public Tensor decodeLatents(Ops ops, Tensor x, Tiling tiling, BlockHook hook) {
        try (Scope f = ops.scope()) {
            return f.escape(decode(f, fromTransformer(f, x), tiling, hook));
        }
    }

    @Override
    public Tensor encodeLatents(Ops ops, Tensor image, Supplier<Tensor> noise, Tiling tiling, BlockHook hook) {
        try (Scope f = ops.scope()) {
            Tensor sample = encode(f, image, tiling, hook).sample(f, noise.get());
            return f.escape(toTransformer(f, sample));
        }
    }

    /** The autoencoder's latents as the transformer takes them. */
    public Tensor toTransformer(Ops f, Tensor z) {
        return Latents.toTransformer(f, z, config.scalingFactor(), config.shiftFactor());
    }

    /** The transformer's latents as {@link #decode} takes them. */
    public Tensor fromTransformer(Ops f, Tensor x) {
        return Latents.fromTransformer(f, x, config.scalingFactor(), config.shiftFactor());
    }

    /**
     * Latents to pictures.
     *
     * @param z F32 [B, latentChannels, h, w]
     * @param tiling how to cut large pictures, or null to compute them whole
     * @param hook stands around each resnet block and the middle; its one stream is F32 [1, C, H, W]
     * @return F32 [B, outChannels, 8 h, 8 w] (with four levels), roughly in [-1, 1], not clamped
     */
    public Tensor decode(Ops ops, Tensor z, Tiling tiling, BlockHook hook) {
        check(z, config.latentChannels(), 1, "latents");
        BiFunction<Ops, Tensor, Tensor> network = (f, x) -> decoder.forward(f, postQuantConv == null ? x : postQuantConv.apply(f, x), hook);
        return eachPicture(ops, z, tiling == null ? null : tiling.decoding(), network);
    }

    /**
     * Pictures to the distribution of their latents.
     *
     * @param image F32 [B, inChannels, H, W] in [-1, 1]; sides that are no multiple of the spatial factor are rounded down
     * @param tiling how to cut large pictures, or null to compute them whole
     * @param hook stands around each resnet block and the middle; its one stream is F32 [1, C, H, W]
     */
    public Posterior encode(Ops ops, Tensor image, Tiling tiling, BlockHook hook) {
        if (encoder == null) {
            throw new IllegalStateException("only the decoder was loaded");
        }
        check(image, config.inChannels(), config.spatialFactor(), "image");
        BiFunction<Ops, Tensor, Tensor> network = (f, x) -> {
            Tensor moments = encoder.forward(f, x, hook);
            return quantConv == null ? moments : quantConv.apply(f, moments);
        };
        try (Scope f = ops.scope()) {
            Tensor moments = eachPicture(f, image, tiling == null ? null : tiling.encoding(), network); // [B, 2 latent, h, w]
            Tensor mean = f.slice(moments, 1, 0, config.latentChannels());
            float[] logvar = f.slice(moments, 1, config.latentChannels(), 2L * config.latentChannels()).toFloats();
            for (int i = 0; i < logvar.length; i++) {
                logvar[i] = Math.clamp(logvar[i], MIN_LOGVAR, MAX_LOGVAR);
            }
            return new Posterior(f.escape(mean), f.escape(f.floats(logvar, mean.shape().toArray())));
        }
    }

    private static Tensor eachPicture(Ops ops, Tensor x, Tiling.Grid grid, BiFunction<Ops, Tensor, Tensor> network) {
        return Batch.each(ops, x, (f, picture) -> {
            boolean tiled = grid != null && grid.cuts(x.dim(2), x.dim(3));
            return tiled ? Tiles.run(f, picture, grid, network) : network.apply(f, picture);
        });
    }

    private static void check(Tensor x, int channels, int minSide, String what) {
        if (x.rank() != 4 || x.dim(1) != channels || x.dim(0) < 1 || x.dim(2) < minSide || x.dim(3) < minSide) {
            throw new InvalidInputException("the autoencoder takes " + what + " of shape [batch, " + channels + ", height, width] with "
                    + "sides of at least " + minSide + ", but got " + x.shape());
        }
    }
}
