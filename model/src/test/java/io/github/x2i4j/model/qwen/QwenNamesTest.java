package io.github.x2i4j.model.qwen;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QwenNamesTest {
    @ParameterizedTest
    @CsvSource({
        "token_embd.weight, model.embed_tokens.weight", "output_norm.weight, model.norm.weight", "output.weight, lm_head.weight",
        "blk.3.attn_norm.weight, model.layers.3.input_layernorm.weight", "blk.3.attn_q.bias, model.layers.3.self_attn.q_proj.bias",
        "blk.3.attn_k.weight, model.layers.3.self_attn.k_proj.weight", "blk.3.attn_v.weight, model.layers.3.self_attn.v_proj.weight",
        "blk.3.attn_output.weight, model.layers.3.self_attn.o_proj.weight", "blk.3.ffn_norm.weight, model.layers.3.post_attention_layernorm.weight",
        "blk.3.ffn_gate.weight, model.layers.3.mlp.gate_proj.weight", "blk.3.ffn_up.weight, model.layers.3.mlp.up_proj.weight",
        "blk.3.ffn_down.weight, model.layers.3.mlp.down_proj.weight",
        "v.patch_embd.weight, visual.patch_embed.proj.weight", "v.patch_embd.weight.1, visual.patch_embed.proj.weight",
        "v.blk.7.attn_k.bias, visual.blocks.7.attn.qkv.bias", "v.blk.7.attn_out.weight, visual.blocks.7.attn.proj.weight",
        "v.blk.7.ln1.weight, visual.blocks.7.norm1.weight", "v.blk.7.ln2.weight, visual.blocks.7.norm2.weight",
        "v.blk.7.ffn_gate.bias, visual.blocks.7.mlp.gate_proj.bias", "v.blk.7.ffn_up.weight, visual.blocks.7.mlp.up_proj.weight",
        "v.blk.7.ffn_down.weight, visual.blocks.7.mlp.down_proj.weight", "v.post_ln.weight, visual.merger.ln_q.weight",
        "mm.0.weight, visual.merger.mlp.0.weight", "mm.2.bias, visual.merger.mlp.2.bias",
        "model.visual.blocks.0.attn.qkv.weight, visual.blocks.0.attn.qkv.weight"})
    void everyDialectLeadsToTheSameNames(String stored, String model) {
        assertThat(QwenNames.MAP.toModel(stored)).isEqualTo(model);
    }
}
