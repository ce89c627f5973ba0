package io.github.x2i4j.model.llm;

import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.llm.KeysSeen.KeyValue;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Linear;
import io.github.x2i4j.model.nn.SwiGlu;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The Qwen2 decoder: grouped-query attention with rotary positions (on three axes where the configuration says so), SwiGLU,
 * RMSNorm before each half of a layer. Language model of Qwen2.5-VL, InternVL2.5 and MiniCPM-o (transformers {@code Qwen2Model},
 * {@code Qwen2_5_VLModel}).
 *
 * <p>One prompt at a time, so there is no batch axis: S rows of width H.
 */
public final class LanguageModel {
    private final DecoderConfig config;
    private final Tensor embedTokens;
    private final List<Layer> layers;
    private final Tensor norm;
    private final Tensor lmHead;
    private final RopeFrequencies rope;

    private LanguageModel(DecoderConfig config, Tensor embedTokens, List<Layer> layers, Tensor norm, Tensor lmHead, RopeFrequencies rope) {
        this.config = config;
        this.embedTokens = embedTokens;
        this.layers = layers;
        this.norm = norm;
        this.lmHead = lmHead;
        this.rope = rope;
    }

    /**
     * Binds the tensors.
     *
     * @param model binder of {@code embed_tokens}, {@code layers} and {@code norm}
     * @param root binder of {@code lm_head}, which only an answer needs and which a checkpoint may therefore lack
     */
    public static LanguageModel bind(Weights model, Weights root, DecoderConfig config) {
        Tensor embedTokens = model.matrix("embed_tokens.weight", config.vocabSize(), config.hiddenSize());
        List<Layer> layers = IntStream.range(0, config.numLayers()).mapToObj(i -> Layer.bind(model.at("layers", i), config)).toList();
        Tensor norm = model.vector("norm.weight", config.hiddenSize());
        Tensor lmHead = null;
        if (config.tieWordEmbeddings()) {
            root.ignore("lm_head.");
            lmHead = embedTokens;
        } else if (root.has("lm_head.weight")) {
            lmHead = root.matrix("lm_head.weight", config.vocabSize(), config.hiddenSize());
        }
        return new LanguageModel(config, embedTokens, layers, norm, lmHead, RopeFrequencies.FLOAT32);
    }

    public DecoderConfig config() {
        return config;
    }

    /** The same model with rotary frequencies of another precision. */
    public LanguageModel with(RopeFrequencies precision) {
        return new LanguageModel(config, embedTokens, layers, norm, lmHead, precision);
    }

    /** Embeddings of token ids: F32 [S, H]. */
    public Tensor embed(Ops f, long[] ids) {
        for (long id : ids) {
            if (id < 0 || id >= config.vocabSize()) {
                throw new InvalidInputException("token id " + id + " is outside the model's vocabulary of " + config.vocabSize()
                        + "; the tokenizer belongs to another model");
            }
        }
        return f.gatherRows(embedTokens, ids);
    }

    /**
     * Runs all layers.
     *
     * @param f owner of the result and of what {@code keys} keeps
     * @param x input embeddings, F32 [S, H]
     * @param positions of the rows on the axes time, height, width: [3][S]
     * @param hook stands around each layer (stack {@code layers}, one stream: the hidden states [S, H])
     * @throws InvalidInputException if a position lies beyond what the rotary embedding is defined for
     * @return F32 [L+1, S, H]: the input, the output of each layer but the last, and the last one's after the final norm
     */
    public Tensor forward(Ops f, Tensor x, long[][] positions, KeysSeen keys, BlockHook hook) {
        long rows = x.dim(0);
        checkPositions(positions);
        Pass pass = new Pass(Rotary.ofPositions(f, positions, config.ropeTheta(), config.headDim(), config.mropeSection(), rope),
                keys, keys.mask());
        Tensor[] states = new Tensor[config.numHiddenStates()];
        Tensor h = x;
        for (int i = 0; i < layers.size(); i++) {
            states[i] = h.reshape(1, rows, config.hiddenSize());
            Layer layer = layers.get(i);
            BlockHook.Place place = new BlockHook.Place("layers", i, layers.size());
            try (Scope s = f.scope()) {
                h = s.escape(hook.around(s, place, List.of(h), in -> List.of(layer.forward(s, in.getFirst(), pass, place.index())))
                        .getFirst());
            }
        }
        states[layers.size()] = f.rmsNorm(h, norm, config.rmsNormEps()).reshape(1, rows, config.hiddenSize());
        return f.concat(0, states);
    }

    private void checkPositions(long[][] positions) {
        long last = Arrays.stream(positions).flatMapToLong(Arrays::stream).max().orElse(0);
        if (last >= config.maxPositions()) {
            throw new InvalidInputException("the prompt reaches position " + last + ", but this checkpoint's rotary embedding changes beyond "
                    + config.maxPositions() + " tokens (rope_scaling of type dynamic), which is not supported; give a shorter prompt");
        }
    }

    /**
     * Scores of the next token.
     *
     * @param state last hidden state of one row, after the final norm: F32 [H]
     * @return [V]
     */
    public float[] logits(Ops f, Tensor state) {
        if (lmHead == null) {
            throw new InvalidInputException("the checkpoint has no lm_head.weight and its embeddings are not tied, so it cannot give an "
                    + "answer; use the complete checkpoint");
        }
        try (Scope s = f.scope()) {
            return s.linear(state.reshape(1, config.hiddenSize()), lmHead, null).toFloats();
        }
    }

    /** What all layers of one forward pass share. */
    private record Pass(Rotary rotary, KeysSeen keys, AttentionMask mask) {
    }

    /** One decoder layer: {@code x += attention(norm(x)); x += mlp(norm(x))}. */
    private record Layer(DecoderConfig config, Tensor inputLayernorm, Attention attention, Tensor postAttentionLayernorm, SwiGlu mlp) {
        static Layer bind(Weights w, DecoderConfig c) {
            return new Layer(c, w.vector("input_layernorm.weight", c.hiddenSize()), Attention.bind(w.at("self_attn"), c),
                    w.vector("post_attention_layernorm.weight", c.hiddenSize()),
                    SwiGlu.of(w.at("mlp"), c.hiddenSize(), c.intermediateSize(), false));
        }

        /** [S, H] -> [S, H] */
        Tensor forward(Scope s, Tensor x, Pass pass, int index) {
            Tensor h = attention.forward(s, s.rmsNorm(x, inputLayernorm, config.rmsNormEps()), x, pass, index);
            return mlp.forward(s, s.rmsNorm(h, postAttentionLayernorm, config.rmsNormEps()), h);
        }
    }

    /** Grouped-query attention: {@code numHeads} query heads share {@code numKeyValueHeads} heads of keys and values. */
    private record Attention(DecoderConfig config, Linear qProj, Linear kProj, Linear vProj, Linear oProj) {
        static Attention bind(Weights w, DecoderConfig c) {
            long q = (long) c.numHeads() * c.headDim();
            long kv = (long) c.numKeyValueHeads() * c.headDim();
            return new Attention(c, projection(w.at("q_proj"), c, q), projection(w.at("k_proj"), c, kv),
                    projection(w.at("v_proj"), c, kv), Linear.withoutBias(w.at("o_proj"), q, c.hiddenSize()));
        }

        private static Linear projection(Weights w, DecoderConfig c, long out) {
            return c.attentionBias() ? Linear.of(w, c.hiddenSize(), out) : Linear.withoutBias(w, c.hiddenSize(), out);
        }

        /** {@code residual + o(softmax(q kt / sqrt(d)) v)}, [S, H] */
        Tensor forward(Scope s, Tensor x, Tensor residual, Pass pass, int layer) {
            int d = config.headDim();
            Tensor q = heads(qProj.apply(s, x), d);                                                // [1, S, heads, d]
            Tensor k = heads(kProj.apply(s, x), d);                                                // [1, S, kvHeads, d]
            Tensor v = vProj.apply(s, x);                                                          // [S, kvHeads d]
            q = pass.keys.queries(s, pass.rotary.apply(s, q));
            k = pass.rotary.apply(s, k);
            KeyValue seen = pass.keys.see(s, layer, new KeyValue(k.reshape(v.shape().toArray()), v)); // [keys, kvHeads d]
            Tensor y = s.attention(q, heads(seen.keys(), d), heads(seen.values(), d), (float) (1 / Math.sqrt(d)), pass.mask, null);
            return oProj.apply(s, y.reshape(x.dim(0), -1), Epilogue.add(residual));                // [S, H]
        }

        /** [S, heads d] -> [1, S, heads, d] */
        private static Tensor heads(Tensor x, int headDim) {
            return x.reshape(1, x.dim(0), x.dim(1) / headDim, headDim);
        }
    }
}
