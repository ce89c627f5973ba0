package io.github.x2i4j.model.text;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.nn.TensorSizes;

/**
 * Sizes of a stack of T5 encoder blocks (transformers' T5Config).
 *
 * @param dModel width of the token stream
 * @param dKv width of one attention head; heads x width need not equal dModel
 * @param dFf width of the feed-forward layer
 * @param numBuckets rows of the table of relative positions
 * @param maxDistance distance from which on all positions share the last bucket
 * @param layerNormEps epsilon of the RMS norms
 * @param gate activation of the gated feed-forward layer
 */
public record T5Config(int dModel, int dKv, int numHeads, int dFf, int numLayers, int numBuckets, int maxDistance,
        float layerNormEps, Activation gate) {

    private static final int LARGEST = 1 << 20;
    private static final int MOST_HEADS = 1 << 12;
    private static final int MOST_LAYERS = 1000;
    private static final String BIAS = "0.SelfAttention.relative_attention_bias.weight";

    /** Reads config.json of a T5EncoderModel. */
    public static T5Config of(Config c) {
        String type = c.text("model_type", "t5");
        if (!type.equals("t5")) {
            throw c.invalid("model_type", "is \"" + type + "\", but a T5 text encoder (\"t5\") is expected here");
        }
        return new T5Config(c.atMost(LARGEST, "d_model"), c.atMost(MOST_HEADS, "d_kv"), c.atMost(MOST_HEADS, "num_heads"),
                c.atMost(LARGEST, "d_ff"), c.atMost(MOST_LAYERS, "num_layers"), c.atMost(LARGEST, "relative_attention_num_buckets", 32),
                c.atMost(LARGEST, "relative_attention_max_distance", 128), (float) c.positiveNumber("layer_norm_epsilon", 1e-6), gate(c));
    }

    /**
     * Sizes that follow from the tensors of a file without config.json; what they do not tell is as in T5 v1.1.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException if they are not those of a T5 encoder
     */
    static T5Config ofTensors(Weights w) {
        TensorSizes sizes = new TensorSizes(w, "a T5 text encoder");
        String layer = "encoder.block.0.layer.";
        int heads = sizes.dim(layer + BIAS, 1);
        if (heads > MOST_HEADS) {
            throw sizes.wrong("has " + heads + " heads, expected at most " + MOST_HEADS);
        }
        return new T5Config(sizes.dim("shared.weight", 1), sizes.quotient("number of heads", sizes.dim(layer + "0.SelfAttention.q.weight", 0), heads),
                heads, sizes.dim(layer + "1.DenseReluDense.wi_0.weight", 0), sizes.layers("encoder.block"), sizes.dim(layer + BIAS, 0), 128, 1e-6f,
                Activation.GELU_TANH);
    }

    /** {@code gated-gelu} means the tanh form; the ungated layers of T5 v1.0 have other tensors. */
    private static Activation gate(Config c) {
        String projection = c.text("feed_forward_proj", "relu");
        return switch (projection) {
            case "gated-gelu", "gated-gelu_new" -> Activation.GELU_TANH;
            case "gated-silu" -> Activation.SILU;
            default -> throw c.invalid("feed_forward_proj", "is \"" + projection
                    + "\", but only gated layers as in T5 v1.1 (\"gated-gelu\") can be computed");
        };
    }
}
