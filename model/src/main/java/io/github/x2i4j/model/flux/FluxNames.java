package io.github.x2i4j.model.flux;

import io.github.x2i4j.loader.weights.NameMap;
import io.github.x2i4j.loader.weights.NameMap.Share;

/**
 * The names that FLUX's tensors have in files: those of diffusers, which {@link FluxTransformer} uses, and those of the original
 * release, which single files and GGUF files have, alone or below ComfyUI's prefix. The original keeps queries, keys and values (and
 * the feed-forward of single blocks) in one tensor, and the halves of the last modulation in the other order.
 */
public final class FluxNames {
    public static final NameMap MAP = NameMap.IDENTITY
            .prefix("model.diffusion_model.", "")
            .passOver("vae.", "first_stage_model.", "text_encoders.", "cond_stage_model.")
            .part("img_in", "x_embedder")
            .part("txt_in", "context_embedder")
            .part("time_in", "time_text_embed.timestep_embedder")
            .part("guidance_in", "time_text_embed.guidance_embedder")
            .part("vector_in", "time_text_embed.text_embedder")
            .part("in_layer", "linear_1")
            .part("out_layer", "linear_2")
            .part("double_blocks", "transformer_blocks")
            .part("img_mod.lin", "norm1.linear")
            .part("txt_mod.lin", "norm1_context.linear")
            .cut("img_attn.qkv", "attn.to_q", "attn.to_k", "attn.to_v")
            .cut("txt_attn.qkv", "attn.add_q_proj", "attn.add_k_proj", "attn.add_v_proj")
            .part("img_attn.norm.query_norm.scale", "attn.norm_q.weight")
            .part("img_attn.norm.key_norm.scale", "attn.norm_k.weight")
            .part("txt_attn.norm.query_norm.scale", "attn.norm_added_q.weight")
            .part("txt_attn.norm.key_norm.scale", "attn.norm_added_k.weight")
            .part("img_attn.proj", "attn.to_out.0")
            .part("txt_attn.proj", "attn.to_add_out")
            .part("img_mlp.0", "ff.net.0.proj")
            .part("img_mlp.2", "ff.net.2")
            .part("txt_mlp.0", "ff_context.net.0.proj")
            .part("txt_mlp.2", "ff_context.net.2")
            .part("single_blocks", "single_transformer_blocks")
            .part("modulation.lin", "norm.linear")
            .cut("linear1", new Share("attn.to_q", 1), new Share("attn.to_k", 1), new Share("attn.to_v", 1), new Share("proj_mlp", 4))
            .part("linear2", "proj_out")
            .part("norm.query_norm.scale", "attn.norm_q.weight")
            .part("norm.key_norm.scale", "attn.norm_k.weight")
            .swapHalves("final_layer.adaLN_modulation.1")
            .part("final_layer.adaLN_modulation.1", "norm_out.linear")
            .part("final_layer.linear", "proj_out");

    private FluxNames() {
    }
}
