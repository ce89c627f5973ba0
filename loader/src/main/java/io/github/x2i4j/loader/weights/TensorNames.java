package io.github.x2i4j.loader.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Tells models by the names of their tensors. */
final class TensorNames {
    private final Set<String> names;

    private TensorNames(Set<String> names) {
        this.names = names;
    }

    /**
     * The kind of model whose tensors have these names.
     *
     * @param architecture what a GGUF file says of itself, or an empty string
     */
    static ModelKind kind(Set<String> names, String architecture) {
        return new TensorNames(names).kind(architecture);
    }

    /** What else the names tell, to be put behind the kind's description; may be empty. */
    static String details(ModelKind kind, Set<String> names) {
        TensorNames n = new TensorNames(names);
        return switch (kind) {
            case FLUX_SINGLE_FILE, FLUX_TRANSFORMER -> {
                boolean dev = n.any(name -> name.contains("guidance_in.") || name.contains("guidance_embedder."));
                List<String> others = new ArrayList<>();
                n.addIf(others, "vae.", "an autoencoder");
                n.addIf(others, "text_encoders.clip_l.", "CLIP");
                n.addIf(others, "text_encoders.t5xxl.", "T5");
                yield (dev ? " (as FLUX.1-dev, takes a guidance scale)" : " (as FLUX.1-schnell, takes no guidance scale)")
                        + (others.isEmpty() ? "" : ", with " + String.join(", ", others) + " in the same file");
            }
            case VAE_SINGLE_FILE, VAE, TINY_VAE -> n.any(name -> name.contains("encoder.") || name.startsWith("0.")) ? "" : ", the decoder alone";
            default -> "";
        };
    }

    private void addIf(List<String> others, String prefix, String what) {
        if (any(name -> name.startsWith(prefix))) {
            others.add(what);
        }
    }

    private ModelKind kind(String architecture) {
        if (has("mlp.projector.0.weight") && has("mlp.layernorm.weight")) {
            return ModelKind.ALIGNNET;
        }
        if (any(n -> n.contains("lora_A.") || n.contains("lora_down.") || n.contains("lora_B.") || n.contains("lora_up."))) {
            return ModelKind.LORA;
        }
        if (any(n -> n.matches("[0-9]+\\.down_res\\..*"))) {
            return ModelKind.LIGHTCONTROL;
        }
        if (any(n -> n.contains("double_blocks.0.img_attn."))) {
            return ModelKind.FLUX_SINGLE_FILE;
        }
        if (any(n -> n.startsWith("transformer_blocks.0.attn.")) && any(n -> n.startsWith("single_transformer_blocks.0."))) {
            return ModelKind.FLUX_TRANSFORMER;
        }
        if (any(n -> n.startsWith("visual.") || n.startsWith("model.visual."))) {
            return ModelKind.QWEN2_5_VL;
        }
        if (has("blk.0.attn_q.weight") && has("token_embd.weight")) {
            return architecture.equals("qwen2vl") ? ModelKind.QWEN2_5_VL_LANGUAGE : ModelKind.OTHER;
        }
        if (has("v.blk.0.attn_q.weight") || has("v.blk.0.attn_qkv.weight")) {
            return has("v.patch_embd.weight.1") ? ModelKind.QWEN2_5_VL_VISION : ModelKind.OTHER;
        }
        return autoencoder();
    }

    private ModelKind autoencoder() {
        if (any(n -> n.startsWith("decoder.mid_block."))) {
            return ModelKind.VAE;
        }
        if (any(n -> n.startsWith("decoder.mid.") || n.startsWith("vae.decoder.mid.") || n.startsWith("first_stage_model.decoder.mid."))) {
            return ModelKind.VAE_SINGLE_FILE;
        }
        boolean alone = has("0.weight") && has("1.conv.0.weight") || has("1.weight") && has("3.conv.0.weight");
        if (alone || has("decoder.layers.0.weight") || has("encoder.layers.0.weight") || any(n -> n.startsWith("taesd_"))) {
            return ModelKind.TINY_VAE;
        }
        return text();
    }

    private ModelKind text() {
        if (any(n -> n.endsWith("encoder.block.0.layer.0.SelfAttention.q.weight")) || has("enc.blk.0.attn_q.weight")) {
            return ModelKind.T5;
        }
        if (any(n -> n.endsWith("encoder.layers.0.self_attn.q_proj.weight")) && any(n -> n.endsWith("embeddings.token_embedding.weight"))) {
            return ModelKind.CLIP;
        }
        return ModelKind.OTHER;
    }

    private boolean has(String name) {
        return names.contains(name);
    }

    private boolean any(Predicate<String> wanted) {
        return names.stream().anyMatch(wanted);
    }
}
