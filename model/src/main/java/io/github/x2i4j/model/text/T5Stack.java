package io.github.x2i4j.model.text;

import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Chain;
import io.github.x2i4j.model.nn.Linear;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The blocks of a T5 encoder and their final norm (transformers' T5Stack): bidirectional attention without scaling, biased by
 * relative position, then a gated feed-forward layer. There is no attention mask: padding is attended to.
 */
public final class T5Stack {
    private final T5Config config;
    private final T5RelativeBias relativeBias;
    private final List<Block> blocks;
    private final Tensor finalLayerNorm;

    /** Binds the tensors below {@code encoder} (T5EncoderModel) or {@code t5stack} (AlignNet). */
    public T5Stack(Weights w, T5Config c) {
        config = c;
        // only block 0 stores the table, all blocks add it
        relativeBias = new T5RelativeBias(
                w.at("block.0.layer.0.SelfAttention.relative_attention_bias").vector("weight", c.numBuckets(), c.numHeads()),
                c.maxDistance());
        blocks = IntStream.range(0, c.numLayers()).mapToObj(i -> new Block(w.at("block", i), c)).toList();
        finalLayerNorm = w.vector("final_layer_norm.weight", c.dModel());
    }

    public T5Config config() {
        return config;
    }

    /**
     * Runs all blocks and the final norm.
     *
     * @param x F32 [B, S, dModel]
     * @param hook stands around each block; its one stream is F32 [B, S, dModel]
     * @return F32 [B, S, dModel]
     */
    public Tensor forward(Ops f, Tensor x, BlockHook hook) {
        try (Scope outer = f.scope(); Chain chain = new Chain(outer, x)) {
            Tensor bias = relativeBias.forLength(outer, x.dim(1)); // [H, 2S - 1]
            for (int i = 0; i < blocks.size(); i++) {
                Block block = blocks.get(i);
                chain.block(hook, new BlockHook.Place("block", i, blocks.size()), (g, h) -> block.forward(g, h, bias));
            }
            chain.then((g, h) -> g.rmsNorm(h, finalLayerNorm, config.layerNormEps()));
            return outer.escape(chain.escape());
        }
    }

    private record Block(T5Config config, Tensor attentionNorm, Linear q, Linear k, Linear v, Linear o, Tensor feedForwardNorm,
            Linear wi0, Linear wi1, Linear wo) {

        Block(Weights w, T5Config c) {
            this(w.at("layer", 0), w.at("layer.0.SelfAttention"), w.at("layer", 1), w.at("layer.1.DenseReluDense"), c,
                    (long) c.numHeads() * c.dKv());
        }

        private Block(Weights layer0, Weights attention, Weights layer1, Weights dense, T5Config c, long inner) {
            this(c, layer0.vector("layer_norm.weight", c.dModel()),
                    Linear.withoutBias(attention.at("q"), c.dModel(), inner),
                    Linear.withoutBias(attention.at("k"), c.dModel(), inner),
                    Linear.withoutBias(attention.at("v"), c.dModel(), inner),
                    Linear.withoutBias(attention.at("o"), inner, c.dModel()),
                    layer1.vector("layer_norm.weight", c.dModel()),
                    Linear.withoutBias(dense.at("wi_0"), c.dModel(), c.dFf()),
                    Linear.withoutBias(dense.at("wi_1"), c.dModel(), c.dFf()),
                    Linear.withoutBias(dense.at("wo"), c.dFf(), c.dModel()));
        }

        Tensor forward(Ops ops, Tensor x, Tensor bias) {
            long b = x.dim(0);
            long s = x.dim(1);
            try (Scope f = ops.scope()) {
                Tensor h = f.rmsNorm(x, attentionNorm, config.layerNormEps());                  // [B, S, dModel]
                Tensor a = f.attention(heads(q.apply(f, h), b, s), heads(k.apply(f, h), b, s),
                        heads(v.apply(f, h), b, s), 1f, new AttentionMask.Full(s), bias);       // [B, S, heads, dKv]
                x = o.apply(f, a.reshape(b, s, -1), Epilogue.add(x));                           // [B, S, dModel]

                h = f.rmsNorm(x, feedForwardNorm, config.layerNormEps());
                h = wi0.apply(f, h, Epilogue.multiplied(config.gate(), wi1.apply(f, h)));       // [B, S, dFf]
                return f.escape(wo.apply(f, h, Epilogue.add(x)));                               // [B, S, dModel]
            }
        }

        private Tensor heads(Tensor t, long b, long s) {
            return t.reshape(b, s, config.numHeads(), config.dKv());
        }
    }
}
