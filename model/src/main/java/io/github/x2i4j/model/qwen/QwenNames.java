package io.github.x2i4j.model.qwen;

import io.github.x2i4j.loader.weights.NameMap;

/**
 * The names that Qwen2.5-VL's tensors have in files: those of transformers, older and newer, and those of llama.cpp's GGUF files, which
 * keep the vision tower in a file of its own (mmproj), its queries, keys and values apart, and its patch kernel cut into two frames.
 */
public final class QwenNames {
    private static final NameMap LAYER = NameMap.IDENTITY
            .part("attn_norm", "input_layernorm")
            .part("attn_q", "self_attn.q_proj")
            .part("attn_k", "self_attn.k_proj")
            .part("attn_v", "self_attn.v_proj")
            .part("attn_output", "self_attn.o_proj")
            .part("ffn_norm", "post_attention_layernorm")
            .part("ffn_gate", "mlp.gate_proj")
            .part("ffn_up", "mlp.up_proj")
            .part("ffn_down", "mlp.down_proj");

    private static final NameMap VISION_BLOCK = NameMap.IDENTITY
            .join("attn.qkv", "attn_q", "attn_k", "attn_v")
            .part("attn_qkv", "attn.qkv")
            .part("attn_out", "attn.proj")
            .part("ln1", "norm1")
            .part("ln2", "norm2")
            .part("ffn_gate", "mlp.gate_proj")
            .part("ffn_up", "mlp.up_proj")
            .part("ffn_down", "mlp.down_proj");

    public static final NameMap MAP = NameMap.IDENTITY
            .prefix("model.visual.", "visual.")
            .prefix("model.language_model.", "model.")
            .within("blk.", LAYER)
            .prefix("blk.", "model.layers.")
            .prefix("token_embd.", "model.embed_tokens.")
            .prefix("output_norm.", "model.norm.")
            .prefix("output.", "lm_head.")
            .within("v.blk.", VISION_BLOCK)
            .prefix("v.blk.", "visual.blocks.")
            .stack(2, "visual.patch_embed.proj.weight", "v.patch_embd.weight", "v.patch_embd.weight.1")
            .prefix("v.post_ln.", "visual.merger.ln_q.")
            .prefix("mm.", "visual.merger.mlp.");

    private QwenNames() {
    }
}
