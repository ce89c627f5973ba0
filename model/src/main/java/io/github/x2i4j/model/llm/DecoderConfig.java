package io.github.x2i4j.model.llm;

import io.github.x2i4j.loader.config.Config;
import java.util.Arrays;

/**
 * Sizes of a Qwen2 decoder (transformers {@code Qwen2Config}).
 *
 * @param hiddenSize width H of a hidden state
 * @param headDim width of a head
 * @param ropeTheta base of the rotary frequencies
 * @param mropeSection how many frequencies turn with the temporal, height and width position, in this order; null where all
 *     turn with one position
 * @param maxPositions beyond so many positions the rotary embedding would be another one (dynamic scaling)
 * @param attentionBias whether the projections to queries, keys and values have a bias
 * @param tieWordEmbeddings whether the embedding table is the output layer as well
 */
public record DecoderConfig(int hiddenSize, int numLayers, int numHeads, int numKeyValueHeads, int headDim, int intermediateSize,
        int vocabSize, float rmsNormEps, double ropeTheta, int[] mropeSection, int maxPositions, boolean attentionBias,
        boolean tieWordEmbeddings) {
    private static final int MAX_LAYERS = 10_000;
    private static final int MAX_WIDTH = 1 << 20;
    private static final String DYNAMIC = "dynamic";

    /**
     * Reads the fields of a text model from a config.json, older ({@code rope_scaling}, {@code rope_theta}) or newer
     * ({@code rope_parameters}).
     *
     * @param text the object that holds the text model's fields
     * @param tieWordEmbeddings what {@code tie_word_embeddings} means in this layout
     * @throws io.github.x2i4j.engine.InvalidInputException naming a field that is missing or out of range
     */
    public static DecoderConfig read(Config text, boolean tieWordEmbeddings) {
        String act = text.text("hidden_act", "silu");
        if (!act.equals("silu")) {
            throw text.unsupported("hidden_act", act + " of a language model is not supported; silu is");
        }
        if (text.flag("use_sliding_window", false)) {
            throw text.unsupported("use_sliding_window", "true is not supported; the published models have false");
        }
        int layers = text.positive("num_hidden_layers");
        if (layers > MAX_LAYERS) {
            throw text.invalid("num_hidden_layers", layers + " is more than " + MAX_LAYERS);
        }
        int hidden = text.positive("hidden_size");
        int intermediate = text.positive("intermediate_size");
        if (Math.max(hidden, intermediate) > MAX_WIDTH) {
            throw text.invalid("hidden_size", "it and intermediate_size may be at most " + MAX_WIDTH);
        }
        int heads = text.positive("num_attention_heads");
        int kvHeads = text.positive("num_key_value_heads", heads);
        if (heads % kvHeads != 0) {
            throw text.invalid("num_key_value_heads", kvHeads + " does not divide num_attention_heads " + heads);
        }
        if (!text.has("head_dim") && hidden % heads != 0) {
            throw text.invalid("num_attention_heads", heads + " does not divide hidden_size " + hidden);
        }
        int headDim = text.has("head_dim") ? text.positive("head_dim") : hidden / heads;
        if (headDim % 2 != 0) {
            throw text.invalid("num_attention_heads", "gives heads of odd width " + headDim);
        }
        Config rope = rope(text);
        double theta = rope != null && rope.has("rope_theta") ? rope.positiveNumber("rope_theta")
                : text.positiveNumber("rope_theta", 10000.0);
        return new DecoderConfig(hidden, layers, heads, kvHeads, headDim,
                intermediate, text.positive("vocab_size"), (float) text.positiveNumber("rms_norm_eps", 1e-6), theta,
                mropeSection(rope, headDim), dynamic(rope) ? text.positive("max_position_embeddings") : Integer.MAX_VALUE,
                text.flag("attention_bias", true), tieWordEmbeddings);
    }

    /** Number of hidden states: input embeddings, then the output of each layer. */
    public int numHiddenStates() {
        return numLayers + 1;
    }

    private static Config rope(Config text) {
        Config rope = text.objectOrNull("rope_scaling");
        if (rope == null) {
            rope = text.objectOrNull("rope_parameters");
        }
        if (rope != null) {
            for (String key : new String[] {"rope_type", "type"}) {
                String type = rope.text(key, "default");
                if (!type.equals("default") && !type.equals("mrope") && !type.equals(DYNAMIC)) {
                    throw rope.unsupported(key, type + " of a rotary embedding is not supported; default, mrope and dynamic are");
                }
            }
        }
        return rope;
    }

    /** Dynamic scaling changes nothing up to the length that the model was trained for. */
    private static boolean dynamic(Config rope) {
        return rope != null && (rope.text("rope_type", "").equals(DYNAMIC) || rope.text("type", "").equals(DYNAMIC));
    }

    private static int[] mropeSection(Config rope, int headDim) {
        if (rope == null || !rope.has("mrope_section")) {
            return null;
        }
        int[] section = rope.integers("mrope_section");
        if (section.length != 3 || Arrays.stream(section).anyMatch(s -> s < 0)
                || Arrays.stream(section).asLongStream().sum() * 2 != headDim) {
            throw rope.invalid("mrope_section", Arrays.toString(section) + " must be three numbers that add up to half the head width "
                    + headDim);
        }
        return section;
    }
}
