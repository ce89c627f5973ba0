package io.github.x2i4j.model.qwen;

import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.model.nn.FakeWeights;
import java.nio.file.Path;

/** A Qwen2.5-VL small enough for tests: windows of 2 x 2 tokens, full attention in the second of two vision blocks. */
final class TinyQwen {
    static final long IMAGE = 28;
    static final long VIDEO = 29;

    static final String TEXT = """
            "hidden_size": 12, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1, "intermediate_size": 20,
            "vocab_size": 30, "rms_norm_eps": 1e-6, "rope_theta": 10000.0,
            "rope_scaling": {"type": "mrope", "mrope_section": [1, 1, 1]}""";

    static final String REST = """
            "model_type": "qwen2_5_vl", "image_token_id": 28, "video_token_id": 29, "tie_word_embeddings": true,
            "vision_config": {"depth": 2, "hidden_size": 16, "num_heads": 2, "intermediate_size": 10, "out_hidden_size": 12,
              "in_chans": 3, "patch_size": 2, "spatial_merge_size": 2, "temporal_patch_size": 2, "window_size": 8,
              "fullatt_block_indexes": [1], "tokens_per_second": 2}""";

    private TinyQwen() {
    }

    static Config json() {
        return Config.parse(Path.of("config.json"), "{" + TEXT + "," + REST + "}");
    }

    static QwenVlConfig config() {
        return QwenVlConfig.read(json());
    }

    static QwenVlModel model() {
        return QwenVlModel.bind(FakeWeights.random(), json());
    }

    static VisionTower tower() {
        return VisionTower.bind(FakeWeights.random(), config().vision());
    }

    /** A tower in which no patch sees beyond its window. */
    static VisionTower towerOfWindows() {
        String json = "{" + TEXT + "," + REST.replace("\"fullatt_block_indexes\": [1]", "\"fullatt_block_indexes\": []") + "}";
        return VisionTower.bind(FakeWeights.random(), QwenVlConfig.read(Config.parse(Path.of("config.json"), json)).vision());
    }

    /** Pixels of a grid, different for each seed. */
    static PixelPatches pixels(PatchGrid grid, int seed) {
        return new PixelPatches(FakeWeights.values(grid.patches() * config().vision().patchValues(), i -> Math.sin(i * 0.37 + seed)), grid);
    }
}
