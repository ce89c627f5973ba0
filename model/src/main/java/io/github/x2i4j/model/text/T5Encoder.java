package io.github.x2i4j.model.text;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.weights.NameMap;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.nn.BlockHook;

/**
 * Encoder of T5 v1.1 (transformers' T5EncoderModel), FLUX's {@code text_encoder_2}. No attention mask is applied: FLUX pads its
 * prompts with id 0 and attends to the padding.
 */
public final class T5Encoder {
    /** Names of transformers and ComfyUI, or of llama.cpp's GGUF files; the embedding may be stored twice. */
    public static final NameMap NAMES = NameMap.IDENTITY
            .prefix("text_encoders.t5xxl.transformer.", "")
            .passOver("model.diffusion_model.", "vae.", "text_encoders.clip_l.", "text_encoders.t5xxl.")
            .part("token_embd", "shared")
            .part("enc.output_norm", "encoder.final_layer_norm")
            .part("enc.blk", "encoder.block")
            .part("attn_norm", "layer.0.layer_norm")
            .part("attn_q", "layer.0.SelfAttention.q")
            .part("attn_k", "layer.0.SelfAttention.k")
            .part("attn_v", "layer.0.SelfAttention.v")
            .part("attn_o", "layer.0.SelfAttention.o")
            .part("attn_rel_b", "layer.0.SelfAttention.relative_attention_bias")
            .part("ffn_norm", "layer.1.layer_norm")
            .part("ffn_gate", "layer.1.DenseReluDense.wi_0")
            .part("ffn_up", "layer.1.DenseReluDense.wi_1")
            .part("ffn_down", "layer.1.DenseReluDense.wo")
            .duplicate("encoder.embed_tokens.weight", "shared.weight");

    private final TokenEmbedding shared;
    private final T5Stack encoder;

    private T5Encoder(TokenEmbedding shared, T5Stack encoder) {
        this.shared = shared;
        this.encoder = encoder;
    }

    /**
     * Binds a T5EncoderModel (names as {@link #NAMES} makes them); tensors of a decoder that lie beside it are passed over.
     *
     * @param config its config.json, or null for a file without: the sizes then follow from the tensors
     */
    public static T5Encoder of(Weights w, Config config) {
        T5Config c = config == null ? T5Config.ofTensors(w) : T5Config.of(config);
        Tensor table = w.matrix("shared.weight", config == null ? -1 : config.positive("vocab_size"), c.dModel());
        w.ignore("dec.");
        w.ignore("decoder.");
        w.ignore("lm_head.");
        return new T5Encoder(new TokenEmbedding(table), new T5Stack(w.at("encoder"), c));
    }

    public T5Config config() {
        return encoder.config();
    }

    /** Width of the output, the transformer's {@code joint_attention_dim}. */
    public int dModel() {
        return encoder.config().dModel();
    }

    /**
     * Encodes a batch of prompts of one length.
     *
     * @param ids token ids [B][S], padding included
     * @param hook stands around each block, see {@link T5Stack#forward}
     * @return F32 [B, S, dModel], {@code last_hidden_state}
     */
    public Tensor forward(Ops ops, long[][] ids, BlockHook hook) {
        try (Scope f = ops.scope()) {
            return f.escape(encoder.forward(f, shared.apply(f, ids), hook));
        }
    }
}
