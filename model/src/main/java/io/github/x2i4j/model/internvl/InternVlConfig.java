package io.github.x2i4j.model.internvl;

import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.model.llm.DecoderConfig;

/**
 * config.json of InternVL2.5 with a Qwen2 language model (1B, 4B), in the original layout ({@code InternVLChatConfig}).
 *
 * @param tileSize pixels of a tile's side ({@code force_image_size})
 * @param minTiles least number of tiles a picture is cut into ({@code min_dynamic_patch})
 * @param maxTiles largest number of them, a thumbnail not counted ({@code max_dynamic_patch})
 * @param thumbnail whether the whole picture follows its tiles as one more, where there are several ({@code use_thumbnail})
 */
public record InternVlConfig(DecoderConfig text, VisionConfig vision, int tileSize, int minTiles, int maxTiles, boolean thumbnail) {
    /** Patches of the side of a square that becomes one token: 1 / {@code downsample_ratio}. */
    public static final int MERGE = 2;

    /**
     * @throws io.github.x2i4j.engine.InvalidInputException naming a field that is missing or wrong
     * @throws UnsupportedFeatureException for another InternVL: other language models, other vision towers
     */
    public static InternVlConfig read(Config c) {
        expect(c, "model_type", "internvl_chat");
        expect(c, "ps_version", "v2");
        expect(c, "template", "internvl2_5");
        Config llm = c.object("llm_config");
        expect(llm, "model_type", "qwen2");
        if (c.number("downsample_ratio", 0.5) != 1.0 / MERGE) {
            throw new UnsupportedFeatureException(c.file() + ": downsample_ratio " + c.number("downsample_ratio")
                    + " is not supported; 0.5 is");
        }
        if (c.integer("select_layer", -1) != -1) {
            throw new UnsupportedFeatureException(c.file() + ": select_layer " + c.integer("select_layer") + " is not supported; -1 is");
        }
        if (c.flag("pad2square", false)) {
            throw new UnsupportedFeatureException(c.file() + ": pad2square true is not supported; the published models have false");
        }
        VisionConfig vision = VisionConfig.read(c.object("vision_config"));
        int tile = c.positive("force_image_size", vision.imageSize());
        if (tile % (vision.patchSize() * MERGE) != 0 || tile > VisionConfig.MAX_SIDE) {
            throw c.invalid("force_image_size", tile + " must be a multiple of " + vision.patchSize() * MERGE + " (two patches), at most "
                    + VisionConfig.MAX_SIDE);
        }
        long side = tile / vision.patchSize();
        if (side * side * vision.hiddenSize() > Integer.MAX_VALUE) {
            throw c.invalid("force_image_size", tile + " makes tiles of " + side * side + " patches, too many for a width of "
                    + vision.hiddenSize());
        }
        boolean cut = c.flag("dynamic_image_size", true);
        int min = cut ? c.positive("min_dynamic_patch", 1) : 1;
        int max = cut ? c.positive("max_dynamic_patch", 12) : 1;
        long most = (Integer.MAX_VALUE / VisionConfig.CHANNELS - 8) / ((long) tile * tile) - 1;
        if (min > max || max > most) {
            throw c.invalid("max_dynamic_patch", max + " must be from min_dynamic_patch " + min + " to " + most + " (tiles of " + tile
                    + " pixels)");
        }
        return new InternVlConfig(DecoderConfig.read(llm, llm.flag("tie_word_embeddings", c.flag("tie_word_embeddings", false))), vision, tile,
                min, max, c.flag("use_thumbnail", true));
    }

    private static void expect(Config c, String field, String value) {
        String got = c.text(field, value);
        if (!got.equals(value)) {
            throw c.unsupported(field, got + " is not supported; " + value + " (InternVL2.5 1B and 4B) is");
        }
    }

    /** Tokens of the language model that a tile becomes. */
    public int tileTokens() {
        int side = tileSize / vision.patchSize() / MERGE;
        return side * side;
    }
}
