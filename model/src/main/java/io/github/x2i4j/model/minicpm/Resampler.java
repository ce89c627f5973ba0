package io.github.x2i4j.model.minicpm;

import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.nn.LayerNorm;
import io.github.x2i4j.model.nn.Linear;

/**
 * A fixed number of learned queries looks at the patches of a picture, whatever its size, and becomes its tokens
 * (arXiv 2408.01800, section 3.2; {@code Resampler}). Keys know their position, values do not.
 */
public final class Resampler {
    private static final float EPS = 1e-6f;

    private final Tensor query;
    private final Linear kvProj;
    private final LayerNorm lnQ;
    private final LayerNorm lnKv;
    private final LayerNorm lnPost;
    private final Linear q;
    private final Linear k;
    private final Linear v;
    private final Linear out;
    private final Tensor proj;

    private Resampler(Weights w, long queries, long visionWidth, long d) {
        query = w.vector("query", queries, d);
        kvProj = Linear.withoutBias(w.at("kv_proj"), visionWidth, d);
        lnQ = LayerNorm.of(w.at("ln_q"), d, EPS);
        lnKv = LayerNorm.of(w.at("ln_kv"), d, EPS);
        lnPost = LayerNorm.of(w.at("ln_post"), d, EPS);
        Tensor weight = w.matrix("attn.in_proj_weight", 3 * d, d);
        Tensor bias = w.vector("attn.in_proj_bias", 3 * d);
        q = new Linear(weight.rows(0, d), bias.rows(0, d));
        k = new Linear(weight.rows(d, 2 * d), bias.rows(d, 2 * d));
        v = new Linear(weight.rows(2 * d, 3 * d), bias.rows(2 * d, 3 * d));
        out = Linear.of(w.at("attn.out_proj"), d, d);
        proj = w.matrix("proj", d, d);
    }

    /** Binds the tensors below {@code resampler}. */
    public static Resampler bind(Weights w, MiniCpmConfig c) {
        return new Resampler(w, c.queryNum(), c.vision().hiddenSize(), c.text().hiddenSize());
    }

    /**
     * Tokens of one picture.
     *
     * @param features F32 [L, D] of the vision tower
     * @return F32 [queries, H]
     */
    public Tensor forward(Ops f, Tensor features, PatchGrid grid) {
        try (Scope s = f.scope()) {
            int width = Math.toIntExact(query.dim(1));
            Tensor values = lnKv.apply(s, kvProj.apply(s, features));                                  // [L, H]
            Tensor keys = s.add(values, s.floats(ResamplerPositions.table(grid, width), values.dim(0), width)); // [L, H]
            Tensor y = s.attention(heads(q.apply(s, lnQ.apply(s, query))), heads(k.apply(s, keys)), heads(v.apply(s, values)),
                    (float) (1 / Math.sqrt(MiniCpmConfig.RESAMPLER_HEAD)), new AttentionMask.Full(values.dim(0)), null);
            y = lnPost.apply(s, out.apply(s, y.reshape(query.dim(0), width)));                         // [queries, H]
            return s.escape(s.linear(y, s.permute(proj, 1, 0), null));                                 // y proj: [queries, H]
        }
    }

    /** [n, H] -> [1, n, heads, 128] */
    private static Tensor heads(Tensor x) {
        return x.reshape(1, x.dim(0), x.dim(1) / MiniCpmConfig.RESAMPLER_HEAD, MiniCpmConfig.RESAMPLER_HEAD);
    }
}
