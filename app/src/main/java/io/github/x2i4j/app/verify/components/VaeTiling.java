package io.github.x2i4j.app.verify.components;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.model.vae.Tiling;

/** The argument {@code tiling} of the autoencoder's golden cases. */
final class VaeTiling {
    private VaeTiling() {
    }

    /** Null where the case computes pictures whole. */
    static Tiling of(JsonNode args) {
        JsonNode t = args.path("tiling");
        return t.isObject() ? new Tiling(t.path("tile_sample_min_size").asInt(), t.path("tile_latent_min_size").asInt(),
                t.path("tile_overlap_factor").asDouble(Tiling.DEFAULT_OVERLAP)) : null;
    }
}
