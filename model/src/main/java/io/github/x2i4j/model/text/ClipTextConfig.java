package io.github.x2i4j.model.text;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.nn.TensorSizes;

/**
 * Sizes of a CLIP text tower (transformers' CLIPTextConfig).
 *
 * @param eosTokenId end-of-text id at whose first position the output is pooled; the value 2 that old files carry means "pool at
 *     the largest id" instead
 */
public record ClipTextConfig(int vocabSize, int hiddenSize, int intermediateSize, int numLayers, int numHeads,
        int maxPositionEmbeddings, Activation hiddenAct, float layerNormEps, long eosTokenId) {

    private static final int LARGEST = 1 << 20;
    private static final int MOST_LAYERS = 1000;
    /** What old configuration files say where the real id is another: pool at the largest id. */
    static final long LEGACY_EOS = 2;

    private static final int HEAD_WIDTH = 64;

    /** Reads config.json of a CLIPTextModel, or the {@code text_config} of a whole CLIPModel. */
    public static ClipTextConfig of(Config file) {
        String type = file.text("model_type", "clip_text_model");
        if (!type.equals("clip_text_model") && !type.equals("clip")) {
            throw file.invalid("model_type", "is \"" + type + "\", but a CLIP text encoder (\"clip_text_model\") is expected here");
        }
        Config nested = file.objectOrNull("text_config");
        Config c = nested == null ? file : nested;
        ClipTextConfig r = new ClipTextConfig(c.positive("vocab_size"), c.atMost(LARGEST, "hidden_size"), c.atMost(LARGEST, "intermediate_size"),
                c.atMost(MOST_LAYERS, "num_hidden_layers"), c.positive("num_attention_heads"),
                c.atMost(LARGEST, "max_position_embeddings", 77),
                activation(c), (float) c.positiveNumber("layer_norm_eps", 1e-5), c.integer("eos_token_id", 49407));
        if (r.hiddenSize % r.numHeads != 0) {
            throw c.invalid("num_attention_heads", "is " + r.numHeads + ", which does not divide hidden_size " + r.hiddenSize);
        }
        return r;
    }

    /**
     * Sizes that follow from the tensors of a file without config.json; what they do not tell is as in CLIP-L.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException if they are not those of a CLIP text tower
     */
    static ClipTextConfig ofTensors(Weights w) {
        TensorSizes sizes = new TensorSizes(w, "a CLIP text encoder");
        int hidden = sizes.dim("embeddings.token_embedding.weight", 1);
        return new ClipTextConfig(sizes.dim("embeddings.token_embedding.weight", 0), hidden, sizes.dim("encoder.layers.0.mlp.fc1.weight", 0),
                sizes.layers("encoder.layers"), sizes.quotient("width of a head", hidden, HEAD_WIDTH),
                sizes.dim("embeddings.position_embedding.weight", 0), Activation.QUICK_GELU, 1e-5f, LEGACY_EOS);
    }

    private static Activation activation(Config c) {
        String name = c.text("hidden_act", "quick_gelu");
        return switch (name) {
            case "quick_gelu" -> Activation.QUICK_GELU;
            case "gelu" -> Activation.GELU;
            case "gelu_new", "gelu_pytorch_tanh" -> Activation.GELU_TANH;
            default -> throw c.invalid("hidden_act", "is \"" + name + "\", which is none of quick_gelu, gelu, gelu_new");
        };
    }
}
