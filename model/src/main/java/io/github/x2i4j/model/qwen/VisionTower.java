package io.github.x2i4j.model.qwen;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.llm.RopeFrequencies;
import io.github.x2i4j.model.llm.Rotary;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Blocks;
import io.github.x2i4j.model.nn.Linear;
import io.github.x2i4j.model.nn.SwiGlu;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Vision tower of Qwen2.5-VL (arXiv 2502.13923, section 2.1.1; transformers {@code Qwen2_5_VisionTransformerPretrainedModel}).
 *
 * <p>Patches attend inside windows of 112 x 112 pixels, in a few blocks inside their whole picture, with a rotary embedding of
 * their row and column. Four neighbouring patches become one token of the language model.
 */
public final class VisionTower {
    private static final float EPS = 1e-6f;
    private static final double ROPE_THETA = 10000;

    private final VisionConfig config;
    private final Linear patchEmbed;
    private final List<Block> blocks;
    private final Merger merger;
    private final RopeFrequencies rope;

    private VisionTower(VisionConfig config, Linear patchEmbed, List<Block> blocks, Merger merger, RopeFrequencies rope) {
        this.config = config;
        this.patchEmbed = patchEmbed;
        this.blocks = blocks;
        this.merger = merger;
        this.rope = rope;
    }

    /** The same tower with rotary frequencies of another precision, and then positions, angles, sines and cosines as well. */
    public VisionTower with(RopeFrequencies precision) {
        return new VisionTower(config, patchEmbed, blocks, merger, precision);
    }

    /** Binds the tensors below {@code visual}. */
    public static VisionTower bind(Weights w, VisionConfig c) {
        Tensor kernel = w.matrix("patch_embed.proj.weight", c.hiddenSize(), c.inChannels(), c.temporalPatchSize(), c.patchSize(),
                c.patchSize());
        Linear patchEmbed = new Linear(kernel.reshape(c.hiddenSize(), c.patchValues()), null);
        List<Block> blocks = IntStream.range(0, c.depth()).mapToObj(i -> Block.bind(w.at("blocks", i), c)).toList();
        return new VisionTower(c, patchEmbed, blocks, Merger.bind(w.at("merger"), c), RopeFrequencies.FLOAT32);
    }

    /**
     * Tokens of pictures or videos, which do not see one another.
     *
     * @param pixels F32 [N, channels * frames * patch * patch], patches token by token, the grids one after the other
     * @param grids their N patches in all; sides are multiples of the merge size
     * @param hook stands around each block (stack {@code blocks}, one stream: the patches [N, D] in window order)
     * @return F32 [N / 4, out], row-major over time, row, column
     */
    public Tensor forward(Ops f, Tensor pixels, List<PatchGrid> grids, BlockHook hook) {
        int unit = config.mergeUnit();
        WindowOrder order = WindowOrder.of(grids, config.spatialMergeSize(), config.windowTokens());
        AttentionMask windows = AttentionMask.segments(order.windows());
        AttentionMask steps = AttentionMask.segments(order.steps());
        try (Scope s = f.scope()) {
            PatchPositions positions = PatchPositions.of(grids, config.spatialMergeSize());
            Rotary rotary = positions.rotary(s, order.tokens(), unit, ROPE_THETA, config.headDim(), rope); // [N, D / 2]
            Tensor x = patchEmbed.apply(s, pixels);                                                    // [N, D]
            x = permuteTokens(s, x, order.tokens(), unit);                                             // [N, D], window by window
            x = Blocks.run(s, hook, "blocks", blocks.size(), List.of(x), (b, i, in) ->
                    List.of(blocks.get(i).forward(b, in.getFirst(), rotary, config.fullAttention(i) ? steps : windows))).getFirst();
            x = merger.forward(s, x);                                                                  // [N / 4, out]
            return s.escape(permuteTokens(s, x, order.places(), 1));
        }
    }

    /** Brings groups of {@code unit} rows into another order. */
    private static Tensor permuteTokens(Ops s, Tensor x, long[] order, int unit) {
        long width = x.dim(1);
        return s.gatherRows(x.reshape(order.length, unit * width), order).reshape(order.length * (long) unit, width);
    }

    /** {@code x += attention(norm1(x)); x += mlp(norm2(x))} */
    private record Block(Tensor norm1, Attention attention, Tensor norm2, SwiGlu mlp) {
        static Block bind(Weights w, VisionConfig c) {
            return new Block(w.vector("norm1.weight", c.hiddenSize()), Attention.bind(w.at("attn"), c),
                    w.vector("norm2.weight", c.hiddenSize()),
                    SwiGlu.of(w.at("mlp"), c.hiddenSize(), c.intermediateSize(), true));
        }

        /** [N, D] -> [N, D] */
        Tensor forward(Ops s, Tensor x, Rotary rotary, AttentionMask mask) {
            Tensor h = attention.forward(s, s.rmsNorm(x, norm1, EPS), x, rotary, mask);
            return mlp.forward(s, s.rmsNorm(h, norm2, EPS), h);
        }
    }

    /** Attention inside segments; queries, keys and values are the thirds of one projection. */
    private record Attention(int numHeads, Linear q, Linear k, Linear v, Linear proj) {
        static Attention bind(Weights w, VisionConfig c) {
            long d = c.hiddenSize();
            Tensor weight = w.matrix("qkv.weight", 3 * d, d);
            Tensor bias = w.vector("qkv.bias", 3 * d);
            Linear[] third = new Linear[3];
            for (int i = 0; i < 3; i++) {
                third[i] = new Linear(weight.rows(i * d, (i + 1) * d), bias.rows(i * d, (i + 1) * d));
            }
            return new Attention(c.numHeads(), third[0], third[1], third[2], Linear.of(w.at("proj"), d, d));
        }

        /** {@code residual + proj(softmax(q kt / sqrt(d)) v)}, [N, D] */
        Tensor forward(Ops s, Tensor x, Tensor residual, Rotary rotary, AttentionMask mask) {
            long n = x.dim(0);
            long d = x.dim(1) / numHeads;
            Tensor queries = rotary.apply(s, q.apply(s, x).reshape(1, n, numHeads, d));                // [1, N, heads, d]
            Tensor keys = rotary.apply(s, k.apply(s, x).reshape(1, n, numHeads, d));                   // [1, N, heads, d]
            Tensor values = v.apply(s, x).reshape(1, n, numHeads, d);                                  // [1, N, heads, d]
            Tensor y = s.attention(queries, keys, values, (float) (1 / Math.sqrt(d)), mask, null);     // [1, N, heads, d]
            return proj.apply(s, y.reshape(n, numHeads * d), Epilogue.add(residual));                  // [N, D]
        }
    }

    /** Joins the patches of a token and projects them to the language model's width. */
    private record Merger(int unit, Tensor lnQ, Linear mlp0, Linear mlp2) {
        static Merger bind(Weights w, VisionConfig c) {
            long joined = (long) c.mergeUnit() * c.hiddenSize();
            return new Merger(c.mergeUnit(), w.vector("ln_q.weight", c.hiddenSize()), Linear.of(w.at("mlp.0"), joined, joined),
                    Linear.of(w.at("mlp.2"), joined, c.outHiddenSize()));
        }

        /** [N, D] -> [N / 4, out] */
        Tensor forward(Ops s, Tensor x) {
            Tensor joined = s.rmsNorm(x, lnQ, EPS).reshape(x.dim(0) / unit, unit * x.dim(1));          // [N / 4, 4 D]
            return mlp2.apply(s, mlp0.apply(s, joined, Epilogue.of(Activation.GELU)));                 // [N / 4, out]
        }
    }
}
