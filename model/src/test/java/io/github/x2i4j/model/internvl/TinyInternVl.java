package io.github.x2i4j.model.internvl;

import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.model.nn.FakeWeights;
import java.nio.file.Path;

/** An InternVL2.5 small enough for tests: tiles of 4 x 4 patches of 2 x 2 pixels, so 4 tokens. */
final class TinyInternVl {
    static final long IMAGE = 29;

    static final String JSON = """
            {"model_type": "internvl_chat", "downsample_ratio": 0.5, "dynamic_image_size": true, "force_image_size": 8,
             "max_dynamic_patch": 12, "min_dynamic_patch": 1, "pad2square": false, "ps_version": "v2", "select_layer": -1,
             "template": "internvl2_5", "use_thumbnail": true,
             "llm_config": {"model_type": "qwen2", "hidden_size": 12, "num_hidden_layers": 2, "num_attention_heads": 2,
               "num_key_value_heads": 1, "intermediate_size": 20, "vocab_size": 30, "rms_norm_eps": 1e-6, "rope_theta": 1000000.0,
               "hidden_act": "silu", "tie_word_embeddings": false},
             "vision_config": {"model_type": "intern_vit_6b", "hidden_size": 6, "num_hidden_layers": 2, "num_attention_heads": 2,
               "intermediate_size": 10, "image_size": 8, "patch_size": 2, "num_channels": 3, "qkv_bias": true,
               "qk_normalization": false, "norm_type": "layer_norm", "layer_norm_eps": 1e-6, "hidden_act": "gelu"}}""";

    private TinyInternVl() {
    }

    /** The configuration with a text in it replaced by another. */
    static Config json(String text, String other) {
        if (!JSON.contains(text)) {
            throw new AssertionError(text);
        }
        return Config.parse(Path.of("config.json"), JSON.replace(text, other));
    }

    static Config json() {
        return Config.parse(Path.of("config.json"), JSON);
    }

    static InternVlConfig config() {
        return InternVlConfig.read(json());
    }

    static InternVlModel model() {
        return InternVlModel.bind(FakeWeights.random(), json());
    }
}
