package io.github.x2i4j.model.flux;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.nn.TensorSizes;
import java.util.function.Function;

/**
 * Sizes of a FLUX transformer ({@code transformer/config.json}, class FluxTransformer2DModel of diffusers).
 *
 * @param inChannels channels of a packed latent token; 64 in FLUX.1
 * @param outChannels channels of the velocity; equals {@code inChannels} except in models that take extra channels
 * @param numLayers double blocks; 19 in FLUX.1
 * @param numSingleLayers single blocks; 38 in FLUX.1
 * @param attentionHeadDim channels of a head; 128 in FLUX.1
 * @param numAttentionHeads heads; 24 in FLUX.1
 * @param jointAttentionDim channels of a text token; 4096 in FLUX.1
 * @param pooledProjectionDim channels of the pooled text; 768 in FLUX.1
 * @param guidanceEmbeds whether the model is told the guidance scale: dev is, schnell is not
 * @param axesDimsRope channels of a head that each axis of a position turns; they sum to {@code attentionHeadDim}
 */
public record FluxConfig(int inChannels, int outChannels, int numLayers, int numSingleLayers, int attentionHeadDim,
        int numAttentionHeads, int jointAttentionDim, int pooledProjectionDim, boolean guidanceEmbeds, int[] axesDimsRope) {
    private static final String CLASS = "FluxTransformer2DModel";
    private static final int[] FLUX_1_AXES = {16, 56, 56};
    private static final int MOST_LAYERS = 1000;
    private static final int LARGEST = 1 << 20;

    /**
     * Reads the fields of config.json.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException naming the file and the field that is missing or impossible
     */
    public static FluxConfig of(Config c) {
        String kind = c.text("_class_name", CLASS);
        if (!kind.equals(CLASS)) {
            throw c.invalid("_class_name", "is " + kind + ", expected " + CLASS);
        }
        if (c.integer("patch_size", 1) != 1) {
            throw c.invalid("patch_size", "is " + c.integer("patch_size") + ", expected 1: FLUX.1's latents come packed");
        }
        int in = size(c, "in_channels");
        int headDim = size(c, "attention_head_dim");
        int[] axes = c.integers("axes_dims_rope", FLUX_1_AXES);
        checkAxes(axes, headDim, problem -> c.invalid("axes_dims_rope", problem));
        int heads = size(c, "num_attention_heads");
        if ((long) heads * headDim > LARGEST) {
            throw c.invalid("num_attention_heads", "is " + heads + " of " + headDim + " channels, expected at most " + LARGEST + " channels");
        }
        return new FluxConfig(in, c.has("out_channels") ? size(c, "out_channels") : in, layers(c, "num_layers"),
                layers(c, "num_single_layers"), headDim, heads, size(c, "joint_attention_dim"), size(c, "pooled_projection_dim"),
                c.flag("guidance_embeds", false), axes);
    }

    /**
     * Sizes that follow from the tensors of a file without config.json. What tensors do not tell is as in FLUX.1: rope axes of 16, 56
     * and 56 channels.
     *
     * @param other attention_head_dim, num_attention_heads and axes_dims_rope where they differ, or null
     * @throws io.github.x2i4j.engine.InvalidInputException if the tensors are none of a FLUX transformer, or do not fit {@code other}
     */
    public static FluxConfig ofTensors(Weights w, Config other) {
        TensorSizes sizes = new TensorSizes(w, "a FLUX transformer");
        int hidden = sizes.dim("x_embedder.weight", 0);
        int doubles = sizes.layers("transformer_blocks");
        int headDim = sizes.dim((doubles > 0 ? "transformer_blocks" : "single_transformer_blocks") + ".0.attn.norm_q.weight", 0);
        int heads = sizes.quotient("width of a head", hidden, headDim);
        int[] axes = other == null ? FLUX_1_AXES : other.integers("axes_dims_rope", FLUX_1_AXES);
        if (other != null && (other.integer("attention_head_dim", headDim) != headDim || other.integer("num_attention_heads", heads) != heads)) {
            throw other.invalid("attention_head_dim", "and num_attention_heads do not fit the file's tensors, which have " + heads
                    + " heads of " + headDim + " channels");
        }
        checkAxes(axes, headDim, problem -> sizes.wrong("the rope axes " + problem
                + "; a transformer whose heads are not FLUX.1's needs its config.json: put both in one folder and name that"));
        return new FluxConfig(sizes.dim("x_embedder.weight", 1), sizes.dim("proj_out.weight", 0), doubles,
                sizes.layers("single_transformer_blocks"), headDim, heads, sizes.dim("context_embedder.weight", 1),
                sizes.dim("time_text_embed.text_embedder.linear_1.weight", 1),
                w.has("time_text_embed.guidance_embedder.linear_1.weight"), axes);
    }

    private static void checkAxes(int[] axes, int headDim, Function<String, InvalidInputException> error) {
        long sum = 0;
        for (int axis : axes) {
            if (axis <= 0 || axis % 2 != 0) {
                throw error.apply("must be positive even numbers, has " + axis);
            }
            sum += axis;
        }
        if (sum != headDim) {
            throw error.apply("must sum to attention_head_dim " + headDim + ", sums to " + sum);
        }
    }

    /** Width D of the hidden states. */
    public int hiddenSize() {
        return numAttentionHeads * attentionHeadDim;
    }

    private static int layers(Config c, String field) {
        int n = c.atLeast(0, field);
        if (n > MOST_LAYERS) {
            throw c.invalid(field, "is " + n + ", expected at most " + MOST_LAYERS);
        }
        return n;
    }

    private static int size(Config c, String field) {
        int v = c.positive(field);
        if (v > LARGEST) {
            throw c.invalid(field, "is " + v + ", expected at most " + LARGEST);
        }
        return v;
    }
}
