package io.github.x2i4j.model.minicpm;

import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.model.llm.DecoderConfig;
import java.util.Arrays;

/**
 * config.json of MiniCPM-o 2.6 ({@code MiniCPMOConfig}); the fields of the language model stand beside the others.
 *
 * @param queryNum tokens of the language model that a picture becomes, whatever its size
 */
public record MiniCpmConfig(DecoderConfig text, VisionConfig vision, AudioConfig audio, int queryNum) {
    /** Steps of the audio encoder that become one token ({@code audio_pool_step}). */
    static final int POOL = 2;
    /** Width of a head of the resampler, which has no field for it. */
    static final int RESAMPLER_HEAD = 128;

    private static final int MAX_LAYERS = 10_000;
    private static final int MAX_WIDTH = 1 << 20;
    private static final int MAX_QUERIES = 4096;

    /**
     * @throws io.github.x2i4j.engine.InvalidInputException naming a field that is missing or wrong
     * @throws io.github.x2i4j.engine.UnsupportedFeatureException for other MiniCPMs
     */
    public static MiniCpmConfig read(Config c) {
        expect(c, "model_type", "minicpmo", c.text("model_type", "minicpmo"));
        expect(c, "version", "2.6", c.text("version", "2.6"));
        expect(c, "audio_pool_step", String.valueOf(POOL), String.valueOf(c.integer("audio_pool_step", POOL)));
        for (String field : new String[] {"init_vision", "init_audio", "chunk_input"}) {
            expect(c, field, "true", String.valueOf(c.flag(field, true)));
        }
        DecoderConfig text = DecoderConfig.read(c, c.flag("tie_word_embeddings", false));
        if (text.hiddenSize() % RESAMPLER_HEAD != 0) {
            throw c.invalid("hidden_size", text.hiddenSize() + " must be a multiple of " + RESAMPLER_HEAD
                    + ", the width of a head of the resampler");
        }
        int queries = c.positive("query_num");
        if (queries > MAX_QUERIES) {
            throw c.invalid("query_num", queries + " is more than " + MAX_QUERIES);
        }
        return new MiniCpmConfig(text, VisionConfig.read(c.object("vision_config"), c.flag("drop_vision_last_layer", true)),
                AudioConfig.read(c.object("audio_config"), c.number("audio_chunk_length", 1.0)), queries);
    }

    private static void expect(Config c, String field, String value, String got) {
        if (!got.equals(value)) {
            throw c.unsupported(field, got + " is not supported; " + value + " (MiniCPM-o 2.6) is");
        }
    }

    /** A number of layers. */
    static int layers(Config c, String field) {
        int layers = c.positive(field);
        if (layers > MAX_LAYERS) {
            throw c.invalid(field, layers + " is more than " + MAX_LAYERS);
        }
        return layers;
    }

    /**
     * A width or length.
     *
     * @param divisors fields that must divide it
     */
    static int width(Config c, String field, String... divisors) {
        int width = c.positive(field);
        if (width > MAX_WIDTH) {
            throw c.invalid(field, width + " is more than " + MAX_WIDTH);
        }
        Arrays.stream(divisors).filter(d -> width % c.positive(d) != 0).findFirst().ifPresent(d -> {
            throw c.invalid(d, c.positive(d) + " does not divide " + field + " " + width);
        });
        return width;
    }
}
