package io.github.x2i4j.model.minicpm;

import io.github.x2i4j.loader.config.Config;

/**
 * Sizes of the SigLIP vision tower ({@code SiglipVisionConfig}).
 *
 * @param hiddenSize width D of a patch inside the tower
 * @param numLayers layers that are computed; where {@code drop_vision_last_layer} is set, one less than the file says
 * @param gridSide side of the square table of positions that all picture sizes share
 * @param patchSize pixels of a patch's side
 */
public record VisionConfig(int hiddenSize, int numLayers, int numHeads, int intermediateSize, int gridSide, int patchSize,
        float layerNormEps) {
    /** Colours of a pixel. */
    public static final int CHANNELS = 3;

    private static final int MAX_SIDE = 4096;

    /**
     * Reads {@code vision_config}.
     *
     * @param dropLastLayer whether the last layer is left out
     * @throws io.github.x2i4j.engine.InvalidInputException naming a field that is missing or wrong
     */
    static VisionConfig read(Config c, boolean dropLastLayer) {
        String act = c.text("hidden_act", "gelu_pytorch_tanh");
        if (!act.equals("gelu_pytorch_tanh")) {
            throw c.unsupported("hidden_act", act + " of a vision tower is not supported; gelu_pytorch_tanh is");
        }
        if (c.integer("num_channels", CHANNELS) != CHANNELS) {
            throw c.invalid("num_channels", c.integer("num_channels") + " must be " + CHANNELS);
        }
        int image = c.positive("image_size");
        int patch = c.positive("patch_size");
        if (image > MAX_SIDE || image % patch != 0) {
            throw c.invalid("image_size", image + " must be a multiple of patch_size " + patch + ", at most " + MAX_SIDE);
        }
        int layers = MiniCpmConfig.layers(c, "num_hidden_layers") - (dropLastLayer ? 1 : 0);
        return new VisionConfig(MiniCpmConfig.width(c, "hidden_size", "num_attention_heads"), layers, c.positive("num_attention_heads"),
                MiniCpmConfig.width(c, "intermediate_size"), image / patch, patch, (float) c.positiveNumber("layer_norm_eps", 1e-6));
    }

    /** Values of a patch: channels x patch x patch. */
    public int patchValues() {
        return CHANNELS * patchSize * patchSize;
    }
}
