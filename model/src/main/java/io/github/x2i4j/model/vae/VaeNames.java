package io.github.x2i4j.model.vae;

import io.github.x2i4j.loader.weights.NameMap;

/**
 * The names that an AutoencoderKL's tensors have in files: those of diffusers, which {@link AutoencoderKl} uses, older ones of
 * diffusers, and those of the original release, which numbers the levels of the decoder from the picture inwards. Small autoencoders
 * (TAEF1) come as diffusers has them, or with encoder and decoder in files of their own, whose names begin with the number of a layer;
 * the decoder then counts one layer more.
 */
public final class VaeNames {
    public static final NameMap MAP = NameMap.IDENTITY
            .prefix("vae.", "")
            .prefix("first_stage_model.", "")
            .passOver("model.diffusion_model.", "text_encoders.", "cond_stage_model.", "double_blocks.", "single_blocks.")
            .prefix("taesd_", "")
            .below("encoder.", "0.weight")
            .below("decoder.", "1.weight")
            .renumber("encoder.", "encoder.layers.", 0)
            .renumber("decoder.", "decoder.layers.", -1)
            .part("encoder.down", "encoder.down_blocks")
            .mirror("decoder.up", "decoder.up_blocks")
            .part("downsample.conv", "downsamplers.0.conv")
            .part("upsample.conv", "upsamplers.0.conv")
            .part("block", "resnets")
            .part("mid.block_1", "mid_block.resnets.0")
            .part("mid.block_2", "mid_block.resnets.1")
            .part("mid.attn_1", "mid_block.attentions.0")
            .part("attentions.0.norm", "attentions.0.group_norm")
            .part("attentions.0.q", "attentions.0.to_q")
            .part("attentions.0.k", "attentions.0.to_k")
            .part("attentions.0.v", "attentions.0.to_v")
            .part("attentions.0.proj_out", "attentions.0.to_out.0")
            .part("query", "to_q")
            .part("key", "to_k")
            .part("value", "to_v")
            .part("proj_attn", "to_out.0")
            .part("nin_shortcut", "conv_shortcut")
            .part("norm_out", "conv_norm_out");

    private VaeNames() {
    }
}
