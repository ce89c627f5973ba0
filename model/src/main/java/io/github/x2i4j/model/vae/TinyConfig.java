package io.github.x2i4j.model.vae;

import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.nn.TensorSizes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sizes of an AutoencoderTiny (its config.json).
 *
 * @param width channels of all levels
 * @param encoderBlocks residual blocks of each level of the encoder, from the picture inwards; each level but the first halves the
 *     sides
 * @param decoderBlocks residual blocks of each level of the decoder, from the latents outwards; each level but the last doubles the
 *     sides
 * @param scalingFactor the transformer sees {@code (z - shiftFactor) * scalingFactor}; 1 for TAEF1
 */
public record TinyConfig(int inChannels, int outChannels, int latentChannels, int width, List<Integer> encoderBlocks,
        List<Integer> decoderBlocks, double scalingFactor, double shiftFactor) {
    private static final int MOST_BLOCKS = 100;

    /** Reads config.json. Fields that are absent have diffusers' defaults. */
    public static TinyConfig of(Config c) {
        only(c, "act_fn", "relu");
        only(c, "upsample_fn", "nearest");
        if (c.integer("upsampling_scaling_factor", 2) != 2) {
            throw c.unsupported("upsampling_scaling_factor", "is " + c.integer("upsampling_scaling_factor") + ", but only TAEF1's 2 is supported");
        }
        int[] widths = {64, 64, 64, 64};
        int width = width(c, "encoder_block_out_channels", widths);
        if (width(c, "decoder_block_out_channels", widths) != width) {
            throw c.invalid("decoder_block_out_channels", "differ from encoder_block_out_channels, which is not supported");
        }
        TinyConfig t = new TinyConfig(c.positive("in_channels", 3), c.positive("out_channels", 3), c.positive("latent_channels", 4), width,
                blocks(c, "num_encoder_blocks", 1, 3, 3, 3), blocks(c, "num_decoder_blocks", 3, 3, 3, 1),
                c.positiveNumber("scaling_factor", 1), c.number("shift_factor", 0));
        if (t.encoderBlocks.size() != t.decoderBlocks.size()) {
            throw c.invalid("num_decoder_blocks", "has another number of levels than num_encoder_blocks");
        }
        return t;
    }

    private static void only(Config c, String field, String value) {
        if (!c.text(field, value).equals(value)) {
            throw c.unsupported(field, "is \"" + c.text(field) + "\", but only TAEF1's \"" + value + "\" is supported");
        }
    }

    private static int width(Config c, String field, int[] otherwise) {
        int[] widths = c.integers(field, otherwise);
        if (widths.length == 0 || widths[0] < 1 || Arrays.stream(widths).anyMatch(w -> w != widths[0])) {
            throw c.invalid(field, "must be the same positive number for every level, is " + Arrays.toString(widths));
        }
        return widths[0];
    }

    private static List<Integer> blocks(Config c, String field, int... otherwise) {
        int[] blocks = c.integers(field, otherwise);
        if (blocks.length == 0 || Arrays.stream(blocks).anyMatch(b -> b < 0 || b > MOST_BLOCKS)) {
            throw c.invalid(field, "must be numbers from 0 to " + MOST_BLOCKS + ", is " + Arrays.toString(blocks));
        }
        return Arrays.stream(blocks).boxed().toList();
    }

    /**
     * Sizes that follow from the tensors of a file without config.json; where it holds encoder or decoder alone, the other is taken for
     * its mirror image.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException if they are not those of a small autoencoder
     */
    static TinyConfig ofTensors(Weights w) {
        TensorSizes sizes = new TensorSizes(w, "a small VAE (AutoencoderTiny)");
        int encoder = sizes.layers("encoder.layers");
        int decoder = sizes.layers("decoder.layers");
        if (encoder == 0 && decoder == 0) {
            throw sizes.wrong("has neither encoder.layers nor decoder.layers");
        }
        List<Integer> encoderBlocks = levels(w, "encoder.layers.", encoder, 1);
        List<Integer> decoderBlocks = levels(w, "decoder.layers.", decoder, 2);
        String in = "encoder.layers.0.weight";
        String out = "decoder.layers.0.weight";
        return new TinyConfig(encoder == 0 ? 3 : sizes.dim(in, 1), decoder == 0 ? 3 : sizes.dim("decoder.layers." + (decoder - 1) + ".weight", 0),
                decoder == 0 ? sizes.dim("encoder.layers." + (encoder - 1) + ".weight", 0) : sizes.dim(out, 1),
                sizes.dim(encoder == 0 ? out : in, 0), encoder == 0 ? decoderBlocks.reversed() : encoderBlocks,
                decoder == 0 ? encoderBlocks.reversed() : decoderBlocks, 1, 0);
    }

    /** Counts the blocks between the convolutions that change the size, which have no bias. */
    private static List<Integer> levels(Weights w, String layers, int count, int first) {
        List<Integer> levels = new ArrayList<>();
        int blocks = 0;
        for (int i = first; i < count - 1; i++) {
            if (w.has(layers + i + ".conv.0.weight")) {
                blocks++;
            } else if (w.has(layers + i + ".weight")) {
                levels.add(blocks);
                blocks = 0;
            }
        }
        levels.add(blocks);
        return List.copyOf(levels);
    }

    /** Pixels per latent along a side. */
    public int spatialFactor() {
        return 1 << (decoderBlocks.size() - 1);
    }
}
