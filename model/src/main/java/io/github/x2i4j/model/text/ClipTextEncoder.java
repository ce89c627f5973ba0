package io.github.x2i4j.model.text;

import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.weights.NameMap;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Chain;
import io.github.x2i4j.model.nn.Linear;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Text tower of CLIP (transformers' CLIPTextModel), FLUX's {@code text_encoder}: pre-norm transformer blocks with a causal mask.
 * FLUX takes the pooled output, without CLIP's text projection.
 */
public final class ClipTextEncoder {
    /** Newer libraries drop the prefix; ComfyUI's files that hold a whole system have another in front. */
    public static final NameMap NAMES = NameMap.IDENTITY
            .prefix("text_encoders.clip_l.transformer.", "")
            .passOver("model.diffusion_model.", "vae.", "text_encoders.t5xxl.", "text_encoders.clip_l.")
            .prefix("text_model.", "");

    private final ClipTextConfig config;
    private final TokenEmbedding tokenEmbedding;
    private final Tensor positionEmbedding;
    private final List<Layer> layers;
    private final Norm finalLayerNorm;

    private ClipTextEncoder(Weights w, ClipTextConfig c) {
        config = c;
        tokenEmbedding = new TokenEmbedding(w.matrix("embeddings.token_embedding.weight", c.vocabSize(), c.hiddenSize()));
        positionEmbedding = w.vector("embeddings.position_embedding.weight", c.maxPositionEmbeddings(), c.hiddenSize());
        layers = IntStream.range(0, c.numLayers()).mapToObj(i -> new Layer(w.at("encoder.layers", i), c)).toList();
        finalLayerNorm = new Norm(w.at("final_layer_norm"), c);
        w.ignore("embeddings.position_ids");
    }

    /**
     * Binds a CLIPTextModel (names as {@link #NAMES} makes them); what else belongs to CLIP is passed over.
     *
     * @param config its config.json, or null for a file without: the sizes then follow from the tensors
     */
    public static ClipTextEncoder of(Weights w, Config config) {
        w.ignore("text_projection.");
        w.ignore("vision_model.");
        w.ignore("visual_projection.");
        w.ignore("logit_scale");
        return new ClipTextEncoder(w, config == null ? ClipTextConfig.ofTensors(w) : ClipTextConfig.of(config));
    }

    /** Width of the pooled output, the transformer's {@code pooled_projection_dim}. */
    public int hiddenSize() {
        return config.hiddenSize();
    }

    /** Longest sequence. */
    public int maxPositionEmbeddings() {
        return config.maxPositionEmbeddings();
    }

    /**
     * What came out.
     *
     * @param lastHiddenState F32 [B, S, hiddenSize], after the final norm
     * @param poolerOutput F32 [B, hiddenSize]
     */
    public record Output(Tensor lastHiddenState, Tensor poolerOutput) {
    }

    /**
     * Encodes a batch of prompts of one length.
     *
     * @param ids token ids [B][S], begin and end of text included
     * @param hook stands around each layer; its one stream is F32 [B, S, hiddenSize]
     */
    public Output forward(Ops ops, long[][] ids, BlockHook hook) {
        try (Scope f = ops.scope()) {
            Tensor x = tokenEmbedding.apply(f, ids);                                    // [B, S, D]
            long s = x.dim(1);
            if (s > config.maxPositionEmbeddings()) {
                throw new InvalidInputException("CLIP was given " + s + " tokens, but has positions for "
                        + config.maxPositionEmbeddings() + "; cut the prompt to that length");
            }
            x = f.add(x, positionEmbedding.rows(0, s));
            try (Chain chain = new Chain(f, x)) {
                for (int i = 0; i < layers.size(); i++) {
                    chain.block(hook, new BlockHook.Place("encoder.layers", i, layers.size()), layers.get(i)::forward);
                }
                x = chain.then(finalLayerNorm::apply).escape();
            }
            Tensor[] pooled = new Tensor[ids.length];
            for (int b = 0; b < ids.length; b++) {
                long position = poolPosition(ids[b], config.eosTokenId());
                pooled[b] = x.row(b).rows(position, position + 1);                      // [1, D]
            }
            Tensor pooler = f.concat(0, pooled);                                        // [B, D]
            return new Output(f.escape(x), f.escape(pooler));
        }
    }

    /**
     * Position whose row is the pooled output: the first end-of-text id (the first token if there is none, as argmax over "is
     * end of text" gives it), or for old configurations the first occurrence of the largest id.
     */
    static int poolPosition(long[] ids, long eosTokenId) {
        int best = 0;
        for (int i = 0; i < ids.length; i++) {
            if (eosTokenId == ClipTextConfig.LEGACY_EOS) {
                best = ids[i] > ids[best] ? i : best;
            } else if (ids[i] == eosTokenId) {
                return i;
            }
        }
        return best;
    }

    private record Norm(Tensor weight, Tensor bias, float eps) {
        Norm(Weights w, ClipTextConfig c) {
            this(w.vector("weight", c.hiddenSize()), w.vector("bias", c.hiddenSize()), c.layerNormEps());
        }

        Tensor apply(Ops f, Tensor x) {
            return f.layerNorm(x, weight, bias, eps);
        }
    }

    private record Layer(ClipTextConfig config, Norm layerNorm1, Linear q, Linear k, Linear v, Linear out, Norm layerNorm2,
            Linear fc1, Linear fc2) {

        Layer(Weights w, ClipTextConfig c) {
            this(c, new Norm(w.at("layer_norm1"), c), square(w, "q_proj", c), square(w, "k_proj", c), square(w, "v_proj", c),
                    square(w, "out_proj", c), new Norm(w.at("layer_norm2"), c),
                    Linear.of(w.at("mlp.fc1"), c.hiddenSize(), c.intermediateSize()),
                    Linear.of(w.at("mlp.fc2"), c.intermediateSize(), c.hiddenSize()));
        }

        private static Linear square(Weights w, String name, ClipTextConfig c) {
            return Linear.of(w.at("self_attn").at(name), c.hiddenSize(), c.hiddenSize());
        }

        Tensor forward(Ops ops, Tensor x) {
            long b = x.dim(0);
            long s = x.dim(1);
            try (Scope f = ops.scope()) {
                Tensor h = layerNorm1.apply(f, x);                                              // [B, S, D]
                float scale = (float) (1 / Math.sqrt((double) config.hiddenSize() / config.numHeads()));
                Tensor a = f.attention(heads(q.apply(f, h), b, s), heads(k.apply(f, h), b, s),
                        heads(v.apply(f, h), b, s), scale, new AttentionMask.Causal(0), null);  // [B, S, heads, D / heads]
                x = out.apply(f, a.reshape(b, s, -1), Epilogue.add(x));                         // [B, S, D]

                h = fc1.apply(f, layerNorm2.apply(f, x), Epilogue.of(config.hiddenAct()));      // [B, S, intermediate]
                return f.escape(fc2.apply(f, h, Epilogue.add(x)));                              // [B, S, D]
            }
        }

        private Tensor heads(Tensor t, long b, long s) {
            return t.reshape(b, s, config.numHeads(), config.hiddenSize() / config.numHeads());
        }
    }
}
