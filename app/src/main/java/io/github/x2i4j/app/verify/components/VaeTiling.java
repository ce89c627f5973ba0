package io.github.x2i4j.app.verify.components;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.model.vae.Tiling;
import io.github.x2i4j.model.vae.VaeConfig;

/** The argument {@code tiling} of the autoencoder's golden cases. */
final class VaeTiling {
    private VaeTiling() {
    }

    /** @throws UnsupportedFeatureException if the case wants tiles, for autoencoders that are computed whole */
    static void refuse(JsonNode args) {
        if (args.path("tiling").isObject()) {
            throw new UnsupportedFeatureException("AutoencoderTiny does not work in tiles");
        }
    }

    /** Null where the case computes pictures whole. */
    static Tiling of(JsonNode args, VaeConfig vae) {
        JsonNode t = args.path("tiling");
        if (!t.isObject()) {
            return null;
        }
        Tiling usual = Tiling.of(vae);
        return new Tiling(t.path("tile_sample_min_size").asInt(usual.tileSampleMinSize()),
                t.path("tile_latent_min_size").asInt(usual.tileLatentMinSize()),
                t.path("tile_overlap_factor").asDouble(usual.tileOverlapFactor()));
    }
}
