package io.github.x2i4j.model.vae;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.nn.TensorSizes;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sizes of an AutoencoderKL (its config.json).
 *
 * @param blockOutChannels channels of each level, from the picture inwards; all levels but the last halve the sides
 * @param layersPerBlock resnet blocks of an encoder level; a decoder level has one more
 * @param normNumGroups groups of every GroupNorm
 * @param sampleSize side of the pictures it was trained on, in pixels; the default size of a tile
 * @param scalingFactor the transformer sees {@code (z - shiftFactor) * scalingFactor}
 * @param useQuantConv a 1x1 convolution follows the encoder
 * @param usePostQuantConv a 1x1 convolution precedes the decoder
 * @param midBlockAddAttention the innermost level holds an attention layer
 */
public record VaeConfig(int inChannels, int outChannels, int latentChannels, int[] blockOutChannels, int layersPerBlock,
        int normNumGroups, Activation actFn, int sampleSize, double scalingFactor, double shiftFactor, boolean useQuantConv,
        boolean usePostQuantConv, boolean midBlockAddAttention) {
    private static final int FLUX_GROUPS = 32;
    private static final int FLUX_SAMPLE_SIZE = 1024;
    private static final double FLUX_SCALING = 0.3611;
    private static final double FLUX_SHIFT = 0.1159;

    private static final int MOST_CHANNELS = 1 << 16;
    private static final int MOST_LAYERS = 100;
    private static final int MOST_LEVELS = 10;

    /**
     * Reads config.json. Fields that are absent have diffusers' defaults.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException for another autoencoder
     */
    public static VaeConfig of(Config c) {
        String type = c.text("_class_name", "AutoencoderKL");
        if (!type.equals("AutoencoderKL")) {
            throw c.invalid("_class_name", "is \"" + type + "\", but an autoencoder (\"AutoencoderKL\") is expected here");
        }
        only(c, "down_block_types", "DownEncoderBlock2D");
        only(c, "up_block_types", "UpDecoderBlock2D");
        VaeConfig r = new VaeConfig(c.atMost(MOST_CHANNELS, "in_channels", 3), c.atMost(MOST_CHANNELS, "out_channels", 3),
                c.atMost(MOST_CHANNELS, "latent_channels", 4), c.integers("block_out_channels"), c.atMost(MOST_LAYERS, "layers_per_block", 1),
                c.positive("norm_num_groups", 32), activation(c),
                sampleSize(c), c.positiveNumber("scaling_factor", 0.18215), c.number("shift_factor", 0),
                c.flag("use_quant_conv", true), c.flag("use_post_quant_conv", true), c.flag("mid_block_add_attention", true));
        if (r.blockOutChannels.length == 0 || r.blockOutChannels.length > MOST_LEVELS) {
            throw c.invalid("block_out_channels", "has " + r.blockOutChannels.length + " numbers, expected 1 to " + MOST_LEVELS);
        }
        for (int channels : r.blockOutChannels) {
            if (channels > MOST_CHANNELS) {
                throw c.invalid("block_out_channels", "has " + channels + ", expected at most " + MOST_CHANNELS);
            }
            if (channels < 1 || channels % r.normNumGroups != 0) {
                throw c.invalid("norm_num_groups", "is " + r.normNumGroups + ", which does not divide " + channels + " channels");
            }
        }
        return r;
    }

    /**
     * Sizes that follow from the tensors of a file without config.json; what they do not tell is as in FLUX.1's autoencoder.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException if they are not those of an autoencoder
     */
    static VaeConfig ofTensors(Weights w) {
        TensorSizes sizes = new TensorSizes(w, "a VAE (AutoencoderKL)");
        int levels = sizes.layers("decoder.up_blocks");
        int[] channels = new int[levels];
        for (int i = 0; i < levels; i++) {
            channels[levels - 1 - i] = sizes.dim("decoder.up_blocks." + i + ".resnets.0.conv1.weight", 0);
        }
        int layers = levels == 0 ? 0 : sizes.layers("decoder.up_blocks.0.resnets") - 1;
        if (layers < 1 || IntStream.of(channels).anyMatch(c -> c % FLUX_GROUPS != 0)) {
            throw sizes.wrong("its decoder has levels of " + Arrays.toString(channels) + " channels and " + layers
                    + " layers, expected multiples of " + FLUX_GROUPS + " channels and at least one layer");
        }
        boolean encodes = w.has("encoder.conv_in.weight");
        return new VaeConfig(encodes ? sizes.dim("encoder.conv_in.weight", 1) : 3, sizes.dim("decoder.conv_out.weight", 0),
                sizes.dim("decoder.conv_in.weight", 1), channels, layers, FLUX_GROUPS, Activation.SILU, FLUX_SAMPLE_SIZE, FLUX_SCALING,
                FLUX_SHIFT, w.has("quant_conv.weight"), w.has("post_quant_conv.weight"),
                w.has("decoder.mid_block.attentions.0.to_q.weight"));
    }

    /** Levels of another type have layers that would not be computed. */
    private static void only(Config c, String field, String type) {
        for (String other : c.texts(field, List.of())) {
            if (!other.equals(type)) {
                throw c.invalid(field, "holds \"" + other + "\", but only \"" + type + "\" can be computed");
            }
        }
    }

    /** A number, or height and width. */
    private static int sampleSize(Config c) {
        if (!c.isArray("sample_size")) {
            return c.positive("sample_size", 32);
        }
        int[] sides = c.integers("sample_size");
        if (sides.length == 0 || sides[0] < 1) {
            throw c.invalid("sample_size", "must be a positive number, or height and width");
        }
        return sides[0];
    }

    private static Activation activation(Config c) {
        String name = c.text("act_fn", "silu");
        return switch (name) {
            case "silu", "swish" -> Activation.SILU;
            case "gelu" -> Activation.GELU;
            case "relu" -> Activation.RELU;
            default -> throw c.invalid("act_fn", "is \"" + name + "\", which is none of silu, gelu, relu");
        };
    }

    int levels() {
        return blockOutChannels.length;
    }

    /** Channels of a level, 0 beside the picture. */
    int channels(int level) {
        return blockOutChannels[level];
    }

    /** Channels of the innermost level. */
    int innermost() {
        return blockOutChannels[blockOutChannels.length - 1];
    }

    /** Pixels per latent along a side. */
    public int spatialFactor() {
        return 1 << (levels() - 1);
    }
}
