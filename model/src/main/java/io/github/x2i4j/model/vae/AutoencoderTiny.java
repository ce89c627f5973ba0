package io.github.x2i4j.model.vae;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.ConvSpec;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Chain;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * The small autoencoder TAEF1 (diffusers' AutoencoderTiny): plain convolutions and residual blocks, a fraction of AutoencoderKL's work,
 * pictures a little less sharp. Its latents are the transformer's own, and there is no distribution: encoding gives the latent itself.
 */
public final class AutoencoderTiny implements Autoencoder {
    /** The decoder takes latents bent into the range from -3 to 3. */
    private static final float MAGNITUDE = 3;

    private final TinyConfig config;
    private final List<Layer> encoder;
    private final List<Layer> decoder;

    private interface Layer {
        Tensor forward(Ops f, Tensor x);
    }

    private AutoencoderTiny(TinyConfig c, List<Layer> encoder, List<Layer> decoder) {
        config = c;
        this.encoder = encoder;
        this.decoder = decoder;
    }

    static AutoencoderTiny of(Weights w, TinyConfig c, boolean withEncoder) {
        if (!withEncoder) {
            w.ignore("encoder.");
        }
        return new AutoencoderTiny(c, withEncoder ? encoder(w.at("encoder"), c) : null, decoder(w.at("decoder"), c));
    }

    /**
     * Binds encoder and decoder (names as {@link VaeNames} makes them).
     *
     * @param config its config.json, or null for a file without: the sizes then follow from the tensors
     */
    public static AutoencoderTiny of(Weights w, Config config) {
        return of(w, config == null ? TinyConfig.ofTensors(w) : TinyConfig.of(config), true);
    }

    /** Binds the encoder alone. */
    public static AutoencoderTiny encoderOf(Weights w, Config config) {
        w.ignore("decoder.");
        TinyConfig c = config == null ? TinyConfig.ofTensors(w) : TinyConfig.of(config);
        return new AutoencoderTiny(c, encoder(w.at("encoder"), c), null);
    }

    private static List<Layer> encoder(Weights w, TinyConfig c) {
        List<Layer> layers = new ArrayList<>();
        layers.add(Conv.of3x3(at(w, layers), c.inChannels(), c.width())::apply);
        for (int level = 0; level < c.encoderBlocks().size(); level++) {
            if (level > 0) {
                Tensor weight = at(w, layers).matrix("weight", c.width(), c.width(), 3, 3);
                layers.add(new Conv(weight, null, new ConvSpec(2, 1, 1, 1, 1))::apply);
            }
            for (int i = 0; i < c.encoderBlocks().get(level); i++) {
                layers.add(Block.of(at(w, layers), c.width()));
            }
        }
        layers.add(Conv.of3x3(at(w, layers), c.width(), c.latentChannels())::apply);
        return layers;
    }

    private static List<Layer> decoder(Weights w, TinyConfig c) {
        List<Layer> layers = new ArrayList<>();
        layers.add(Conv.of3x3(at(w, layers), c.latentChannels(), c.width())::apply);
        layers.add((f, x) -> f.activation(x, Activation.RELU));
        for (int level = 0; level < c.decoderBlocks().size(); level++) {
            if (level > 0) {
                layers.add(Ops::upsampleNearest2x);
                Tensor weight = at(w, layers).matrix("weight", c.width(), c.width(), 3, 3);
                layers.add(new Conv(weight, null, ConvSpec.padded(1))::apply);
            }
            for (int i = 0; i < c.decoderBlocks().get(level); i++) {
                layers.add(Block.of(at(w, layers), c.width()));
            }
        }
        layers.add(Conv.of3x3(at(w, layers), c.width(), c.outChannels())::apply);
        return layers;
    }

    /** Tensors of the layer that follows these. */
    private static Weights at(Weights w, List<Layer> layers) {
        return w.at("layers", layers.size());
    }

    /** {@code relu(conv(relu(conv(relu(conv(x))))) + x)} */
    private record Block(Conv conv0, Conv conv2, Conv conv4) implements Layer {
        private static final Epilogue RELU = Epilogue.of(Activation.RELU);

        static Block of(Weights w, long width) {
            return new Block(Conv.of3x3(w.at("conv", 0), width, width), Conv.of3x3(w.at("conv", 2), width, width),
                    Conv.of3x3(w.at("conv", 4), width, width));
        }

        /** F32 [B, width, H, W] -> [B, width, H, W] */
        @Override
        public Tensor forward(Ops ops, Tensor x) {
            try (Scope f = ops.scope()) {
                Tensor h = conv2.apply(f, conv0.apply(f, x, RELU), RELU);
                return f.escape(f.activation(conv4.apply(f, h, Epilogue.add(x)), Activation.RELU));
            }
        }
    }

    @Override
    public Sizes sizes() {
        return Autoencoder.sizes(config);
    }

    /**
     * Latents to pictures.
     *
     * @param z F32 [B, latentChannels, h, w]
     * @param hook stands around each layer; its one stream is F32 [1, C, H, W]
     * @return F32 [B, outChannels, 8 h, 8 w] (with four levels), roughly in [-1, 1], not clamped
     */
    public Tensor decode(Ops ops, Tensor z, BlockHook hook) {
        if (decoder == null) {
            throw new IllegalStateException("only the encoder was loaded");
        }
        check(z, config.latentChannels(), 1, "latents");
        return Batch.each(ops, z, (f, x) -> run(f, bent(f, x), "decoder.layers", decoder, hook, (g, y) -> g.affine(y, 2, -1)));
    }

    /**
     * Pictures to latents.
     *
     * @param image F32 [B, inChannels, H, W] in [-1, 1]
     * @param hook stands around each layer; its one stream is F32 [1, C, H, W]
     * @return F32 [B, latentChannels, H / 8, W / 8] (with four levels; sides that do not divide are rounded up)
     */
    public Tensor encode(Ops ops, Tensor image, BlockHook hook) {
        if (encoder == null) {
            throw new IllegalStateException("only the decoder was loaded");
        }
        check(image, config.inChannels(), 1, "image");
        return Batch.each(ops, image, (f, x) -> run(f, f.affine(x, 0.5f, 0.5f), "encoder.layers", encoder, hook, null));
    }

    private static Tensor run(Ops f, Tensor x, String stack, List<Layer> layers, BlockHook hook, BiFunction<Ops, Tensor, Tensor> last) {
        try (Chain chain = new Chain(f, x)) {
            for (int i = 0; i < layers.size(); i++) {
                chain.block(hook, new BlockHook.Place(stack, i, layers.size()), layers.get(i)::forward);
            }
            return (last == null ? chain : chain.then(last)).escape();
        }
    }

    /** {@code 3 tanh(x / 3)} */
    private static Tensor bent(Ops f, Tensor x) {
        float[] v = x.toFloats();
        for (int i = 0; i < v.length; i++) {
            v[i] = (float) (MAGNITUDE * Math.tanh(v[i] / MAGNITUDE));
        }
        return f.floats(v, x.shape().toArray());
    }

    private static void check(Tensor x, int channels, int minSide, String what) {
        if (x.rank() != 4 || x.dim(1) != channels || x.dim(0) < 1 || x.dim(2) < minSide || x.dim(3) < minSide) {
            throw new InvalidInputException("the autoencoder takes " + what + " of shape [batch, " + channels + ", height, width] with "
                    + "sides of at least " + minSide + ", but got " + x.shape());
        }
    }

    @Override
    public Tensor decodeLatents(Ops ops, Tensor x, Tiling tiling, BlockHook hook) {
        refuse(tiling);
        try (Scope f = ops.scope()) {
            return f.escape(decode(f, Latents.fromTransformer(f, x, config.scalingFactor(), config.shiftFactor()), hook));
        }
    }

    private static void refuse(Tiling tiling) {
        if (tiling != null) {
            throw new UnsupportedFeatureException("the small autoencoder does not work in tiles, its memory is small without; leave out the tiling");
        }
    }

    @Override
    public Tensor encodeLatents(Ops ops, Tensor image, Supplier<Tensor> noise, Tiling tiling, BlockHook hook) {
        refuse(tiling);
        try (Scope f = ops.scope()) {
            return f.escape(Latents.toTransformer(f, encode(f, image, hook), config.scalingFactor(), config.shiftFactor()));
        }
    }
}
