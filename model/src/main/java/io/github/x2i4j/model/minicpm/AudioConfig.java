package io.github.x2i4j.model.minicpm;

import io.github.x2i4j.loader.config.Config;

/**
 * Sizes of the audio encoder ({@code WhisperConfig}).
 *
 * @param hiddenSize width D of a step inside the encoder ({@code d_model})
 * @param intermediateSize width of the feed-forward network ({@code encoder_ffn_dim})
 * @param numMelBins frequencies of a frame of the spectrogram
 * @param maxPositions most steps of a piece ({@code max_source_positions}); a step is two frames
 * @param chunkSteps steps of a chunk: a step sees its own chunk and those before it; 0 for no chunks
 */
public record AudioConfig(int hiddenSize, int numLayers, int numHeads, int intermediateSize, int numMelBins, int maxPositions,
        int chunkSteps) {
    /** That of {@code nn.LayerNorm} itself; Whisper has no field for it. */
    static final float LAYER_NORM_EPS = 1e-5f;

    private static final int STEPS_PER_SECOND = 50;
    private static final double MAX_CHUNK_SECONDS = 1e6;

    /**
     * Reads {@code audio_config}.
     *
     * @param chunkSeconds {@code audio_chunk_length}
     * @throws io.github.x2i4j.engine.InvalidInputException naming a field that is missing or wrong
     */
    static AudioConfig read(Config c, double chunkSeconds) {
        String act = c.text("activation_function", "gelu");
        if (!act.equals("gelu")) {
            throw c.unsupported("activation_function", act + " of an audio encoder is not supported; gelu is");
        }
        int chunk = (int) (Math.clamp(chunkSeconds, 0, MAX_CHUNK_SECONDS) * STEPS_PER_SECOND);
        if (chunkSeconds > 0 && chunk == 0) {
            throw c.invalid("audio_chunk_length", chunkSeconds + " is shorter than a step of " + 1.0 / STEPS_PER_SECOND + " seconds");
        }
        return new AudioConfig(MiniCpmConfig.width(c, "d_model", "encoder_attention_heads"), MiniCpmConfig.layers(c, "encoder_layers"),
                c.positive("encoder_attention_heads"), MiniCpmConfig.width(c, "encoder_ffn_dim"), MiniCpmConfig.width(c, "num_mel_bins"),
                MiniCpmConfig.width(c, "max_source_positions"), chunk);
    }
}
