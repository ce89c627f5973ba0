package io.github.x2i4j.model.minicpm;

import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.model.nn.FakeWeights;
import java.nio.file.Path;

/** A MiniCPM-o small enough for tests: patches of 2 x 2 pixels, 3 tokens a picture, chunks of sound of 4 steps. */
final class TinyMiniCpm {
    static final String JSON = """
            {"model_type": "minicpmo", "version": "2.6", "hidden_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2,
             "num_key_value_heads": 1, "intermediate_size": 20, "vocab_size": 40, "rms_norm_eps": 1e-6, "rope_theta": 1000000.0,
             "hidden_act": "silu", "tie_word_embeddings": false, "query_num": 3, "drop_vision_last_layer": false,
             "init_vision": true, "init_audio": true, "chunk_input": true, "audio_pool_step": 2, "audio_chunk_length": 0.08,
             "vision_config": {"image_size": 20, "patch_size": 2, "hidden_size": 6, "num_hidden_layers": 2, "num_attention_heads": 2,
               "intermediate_size": 10},
             "audio_config": {"d_model": 8, "encoder_layers": 2, "encoder_attention_heads": 2, "encoder_ffn_dim": 12,
               "num_mel_bins": 5, "max_source_positions": 30}}""";

    private TinyMiniCpm() {
    }

    /** The configuration with a text in it replaced by another. */
    static Config json(String text, String other) {
        if (!JSON.contains(text)) {
            throw new AssertionError(text);
        }
        return Config.parse(Path.of("config.json"), JSON.replace(text, other));
    }

    static MiniCpmConfig config() {
        return MiniCpmConfig.read(Config.parse(Path.of("config.json"), JSON));
    }

    static MiniCpmModel model() {
        return MiniCpmModel.bind(FakeWeights.random(), Config.parse(Path.of("config.json"), JSON));
    }
}
