package io.github.x2i4j.model.minicpm;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.nn.LayerNorm;
import io.github.x2i4j.model.nn.Linear;

/**
 * One layer of a transformer encoder, norms first, as SigLIP and Whisper have it:
 * {@code x += out(attention(norm1(x))); x += fc2(act(fc1(norm2(x))))}.
 */
record EncoderLayer(int numHeads, Activation activation, LayerNorm norm1, Linear q, Linear k, Linear v, Linear out, LayerNorm norm2,
        Linear fc1, Linear fc2) {

    /** Binds a layer of the vision tower. */
    static EncoderLayer bind(Weights w, VisionConfig c) {
        long d = c.hiddenSize();
        Weights a = w.at("self_attn");
        return new EncoderLayer(c.numHeads(), Activation.GELU_TANH, LayerNorm.of(w.at("layer_norm1"), d, c.layerNormEps()),
                Linear.of(a.at("q_proj"), d, d), Linear.of(a.at("k_proj"), d, d), Linear.of(a.at("v_proj"), d, d),
                Linear.of(a.at("out_proj"), d, d), LayerNorm.of(w.at("layer_norm2"), d, c.layerNormEps()),
                Linear.of(w.at("mlp.fc1"), d, c.intermediateSize()), Linear.of(w.at("mlp.fc2"), c.intermediateSize(), d));
    }

    /** Binds a layer of the audio encoder, whose keys have no bias. */
    static EncoderLayer bind(Weights w, AudioConfig c) {
        long d = c.hiddenSize();
        Weights a = w.at("self_attn");
        return new EncoderLayer(c.numHeads(), Activation.GELU, LayerNorm.of(w.at("self_attn_layer_norm"), d, AudioConfig.LAYER_NORM_EPS),
                Linear.of(a.at("q_proj"), d, d), Linear.withoutBias(a.at("k_proj"), d, d), Linear.of(a.at("v_proj"), d, d),
                Linear.of(a.at("out_proj"), d, d), LayerNorm.of(w.at("final_layer_norm"), d, AudioConfig.LAYER_NORM_EPS),
                Linear.of(w.at("fc1"), d, c.intermediateSize()), Linear.of(w.at("fc2"), c.intermediateSize(), d));
    }

    /** [1, S, D] -> [1, S, D] */
    Tensor forward(Ops s, Tensor x, AttentionMask mask) {
        Tensor h = attention(s, norm1.apply(s, x), mask, x);                                           // [1, S, D]
        Tensor inner = fc1.apply(s, norm2.apply(s, h), Epilogue.of(activation));                       // [1, S, I]
        return fc2.apply(s, inner, Epilogue.add(h));                                                   // [1, S, D]
    }

    /** {@code residual + out(softmax(q kt / sqrt(d)) v)}, [1, S, D] */
    private Tensor attention(Ops s, Tensor x, AttentionMask mask, Tensor residual) {
        long d = x.dim(2) / numHeads;
        long[] heads = {1, x.dim(1), numHeads, d};
        Tensor y = s.attention(q.apply(s, x).reshape(heads), k.apply(s, x).reshape(heads), v.apply(s, x).reshape(heads),
                (float) (1 / Math.sqrt(d)), mask, null);                                               // [1, S, heads, d]
        return out.apply(s, y.reshape(x.shape().toArray()), Epilogue.add(residual));                   // [1, S, D]
    }
}
