package io.github.x2i4j.tools.convert;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.model.flux.FluxConfig;
import io.github.x2i4j.model.text.T5Config;
import io.github.x2i4j.model.vae.VaeConfig;
import java.util.Locale;

/** config.json as diffusers and transformers write it, for weights that came without one. */
final class Configs {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Configs() {
    }

    static String of(FluxConfig c) {
        ObjectNode json = JSON.createObjectNode().put("_class_name", "FluxTransformer2DModel").put("patch_size", 1)
                .put("in_channels", c.inChannels()).put("out_channels", c.outChannels()).put("num_layers", c.numLayers())
                .put("num_single_layers", c.numSingleLayers()).put("attention_head_dim", c.attentionHeadDim())
                .put("num_attention_heads", c.numAttentionHeads()).put("joint_attention_dim", c.jointAttentionDim())
                .put("pooled_projection_dim", c.pooledProjectionDim()).put("guidance_embeds", c.guidanceEmbeds());
        numbers(json.putArray("axes_dims_rope"), c.axesDimsRope());
        return json.toPrettyString() + "\n";
    }

    static String of(VaeConfig c) {
        ObjectNode json = JSON.createObjectNode().put("_class_name", "AutoencoderKL").put("act_fn", c.actFn().name().toLowerCase(Locale.ROOT))
                .put("in_channels", c.inChannels()).put("out_channels", c.outChannels()).put("latent_channels", c.latentChannels())
                .put("layers_per_block", c.layersPerBlock()).put("norm_num_groups", c.normNumGroups()).put("sample_size", c.sampleSize())
                .put("scaling_factor", c.scalingFactor()).put("shift_factor", c.shiftFactor()).put("use_quant_conv", c.useQuantConv())
                .put("use_post_quant_conv", c.usePostQuantConv()).put("mid_block_add_attention", c.midBlockAddAttention());
        numbers(json.putArray("block_out_channels"), c.blockOutChannels());
        for (int i = 0; i < c.blockOutChannels().length; i++) {
            json.withArray("down_block_types").add("DownEncoderBlock2D");
            json.withArray("up_block_types").add("UpDecoderBlock2D");
        }
        return json.toPrettyString() + "\n";
    }

    /** As transformers writes it; what a T5 encoder's tensors do not tell is as in T5 v1.1. */
    static String of(T5Config c, long vocabulary) {
        return JSON.createObjectNode().put("model_type", "t5").put("d_model", c.dModel()).put("d_kv", c.dKv()).put("d_ff", c.dFf())
                .put("num_heads", c.numHeads()).put("num_layers", c.numLayers()).put("vocab_size", vocabulary)
                .put("relative_attention_num_buckets", c.numBuckets()).put("relative_attention_max_distance", c.maxDistance())
                .put("layer_norm_epsilon", c.layerNormEps()).put("feed_forward_proj", c.gate() == Activation.SILU ? "gated-silu" : "gated-gelu")
                .toPrettyString() + "\n";
    }

    private static void numbers(ArrayNode to, int[] values) {
        for (int v : values) {
            to.add(v);
        }
    }
}
