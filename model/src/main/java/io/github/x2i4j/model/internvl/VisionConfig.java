package io.github.x2i4j.model.internvl;

import io.github.x2i4j.loader.config.Config;

/**
 * Sizes of InternViT ({@code InternVisionConfig}). The class's defaults are those of the 6B tower, whose norms are others, so every
 * field that decides something must be in the file.
 *
 * @param hiddenSize width of a patch inside the tower
 * @param imageSize pixels of the side of the pictures that the position embedding was trained on
 * @param patchSize pixels of a patch's side
 * @param qkvBias whether the projection to queries, keys and values has a bias
 */
public record VisionConfig(int hiddenSize, int numLayers, int numHeads, int intermediateSize, int imageSize, int patchSize,
        boolean qkvBias, float layerNormEps) {
    /** Colours of a pixel. */
    public static final int CHANNELS = 3;
    /** Bounds pictures and patches: pixels of a side. */
    static final int MAX_SIDE = 4096;

    private static final int MAX_LAYERS = 10_000;
    private static final int MAX_WIDTH = 1 << 20;

    /**
     * Reads {@code vision_config}.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException naming a field that is missing or wrong
     * @throws io.github.x2i4j.engine.UnsupportedFeatureException for the 6B tower's kinds of norms
     */
    public static VisionConfig read(Config c) {
        expect(c, "norm_type", c.text("norm_type"), "layer_norm");
        expect(c, "qk_normalization", String.valueOf(c.flag("qk_normalization")), "false");
        expect(c, "hidden_act", c.text("hidden_act", "gelu"), "gelu");
        expect(c, "num_channels", String.valueOf(c.integer("num_channels", CHANNELS)), String.valueOf(CHANNELS));
        VisionConfig v = new VisionConfig(c.positive("hidden_size"), c.positive("num_hidden_layers"), c.positive("num_attention_heads"),
                c.positive("intermediate_size"), c.positive("image_size"), c.positive("patch_size"), c.flag("qkv_bias"),
                (float) c.positiveNumber("layer_norm_eps"));
        if (v.numLayers > MAX_LAYERS) {
            throw c.invalid("num_hidden_layers", v.numLayers + " is more than " + MAX_LAYERS);
        }
        if (Math.max(v.hiddenSize, v.intermediateSize) > MAX_WIDTH) {
            throw c.invalid("hidden_size", "it and intermediate_size may be at most " + MAX_WIDTH);
        }
        if (v.hiddenSize % v.numHeads != 0) {
            throw c.invalid("num_attention_heads", v.numHeads + " does not divide hidden_size " + v.hiddenSize);
        }
        if (v.imageSize > MAX_SIDE || v.imageSize % v.patchSize != 0) {
            throw c.invalid("image_size", v.imageSize + " must be a multiple of patch_size " + v.patchSize + ", at most " + MAX_SIDE);
        }
        return v;
    }

    private static void expect(Config c, String field, String got, String value) {
        if (!got.equals(value)) {
            throw c.unsupported(field, got + " of a vision tower is not supported; " + value + " (InternViT-300M) is");
        }
    }

    public int headDim() {
        return hiddenSize / numHeads;
    }

    /** Patches of the side of a picture that the position embedding was trained on. */
    public int gridSide() {
        return imageSize / patchSize;
    }

    /** Values of a patch: channels x patch x patch. */
    public int patchValues() {
        return CHANNELS * patchSize * patchSize;
    }
}
