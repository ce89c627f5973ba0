package io.github.x2i4j.tools.make;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.model.pipeline.Progress;
import java.nio.file.Path;
import java.util.Map;

/** Every architecture, as small as it goes. */
public final class SmallModels {
    static final Map<String, String> FLUX = Map.of("attention_head_dim", "8", "axes_dims_rope", "[2,2,4]", "joint_attention_dim", "10",
            "pooled_projection_dim", "4", "in_channels", "8", "num_attention_heads", "2");
    /** With FLUX.1's heads, so that a file without configuration is known by its tensors. */
    private static final Sizes FLUX_OF_ONE_HEAD = new Sizes(1, 128, Map.of("joint_attention_dim", "16", "pooled_projection_dim", "4"));

    private SmallModels() {
    }

    static Sizes sizes(Architecture a) {
        return switch (a.family()) {
            case FLUX -> new Sizes(1, null, FLUX);
            case VAE -> new Sizes(1, 128, Map.of());
            case TINY_VAE -> new Sizes(null, 16, Map.of());
            case T5 -> new Sizes(1, 64, Map.of("vocab_size", "50"));
            case CLIP -> new Sizes(1, 64, Map.of("vocab_size", "50"));
            case QWEN -> new Sizes(1, 128, Map.of("vocab_size", "50", "vision_config.hidden_size", "64", "vision_config.intermediate_size", "9"));
            case INTERNVL -> new Sizes(1, 128, Map.of("llm_config.vocab_size", "50", "vision_config.hidden_size", "32",
                    "vision_config.intermediate_size", "9"));
            case MINICPM -> new Sizes(1, 128, Map.of("vocab_size", "50", "vision_config.hidden_size", "32", "audio_config.d_model", "32"));
            case ALIGNNET -> new Sizes(3, 16, Map.of("joint_attention_dim", "12", "pooled_projection_dim", "4"));
        };
    }

    /** Makes one in a folder. */
    public static RandomWeights.Made make(Architecture a, Path folder, DType dtype) {
        Sizes sizes = a.family() == Architecture.Family.FLUX ? FLUX_OF_ONE_HEAD : sizes(a);
        return RandomWeights.make(a, folder, new RandomWeights.Options(7, dtype, sizes, RandomWeights.SHARD_BYTES), Progress.NONE);
    }
}
