package io.github.x2i4j.model.internvl;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.nn.Linear;

/**
 * From the vision tower to the language model: four neighbouring patches become one token (pixel shuffle, version 2), which a small
 * network brings to the language model's width (arXiv 2404.16821, section 3.1; {@code mlp1} of {@code InternVLChatModel}).
 */
final class Projector {
    /** That of {@code nn.LayerNorm} itself; the vision tower's is another. */
    private static final float EPS = 1e-5f;

    private final Tensor normWeight;
    private final Tensor normBias;
    private final Linear fc1;
    private final Linear fc2;

    private Projector(Tensor normWeight, Tensor normBias, Linear fc1, Linear fc2) {
        this.normWeight = normWeight;
        this.normBias = normBias;
        this.fc1 = fc1;
        this.fc2 = fc2;
    }

    /** Binds the tensors below {@code mlp1}. */
    static Projector bind(Weights w, int visionWidth, int textWidth) {
        long joined = (long) InternVlConfig.MERGE * InternVlConfig.MERGE * visionWidth;
        return new Projector(w.vector("0.weight", joined), w.vector("0.bias", joined), Linear.of(w.at("1"), joined, textWidth),
                Linear.of(w.at("3"), textWidth, textWidth));
    }

    /** F32 [B, n, D] of square pictures -> F32 [B, n / 4, H] */
    Tensor forward(Ops f, Tensor features) {
        try (Scope s = f.scope()) {
            Tensor x = shuffle(s, features);                                                           // [B, n / 4, 4 D]
            x = fc1.apply(s, s.layerNorm(x, normWeight, normBias, EPS), Epilogue.of(Activation.GELU)); // [B, n / 4, H]
            return s.escape(fc2.apply(s, x));                                                          // [B, n / 4, H]
        }
    }

    /** Joins the patches of each 2 x 2 square, row by row: F32 [B, n, D] -> [B, n / 4, 4 D]. */
    static Tensor shuffle(Ops s, Tensor x) {
        long b = x.dim(0);
        long side = Math.round(Math.sqrt(x.dim(1)));
        long m = InternVlConfig.MERGE;
        long d = x.dim(2);
        Tensor squares = s.permute(x.reshape(b * side / m, m, side / m, m * d), 0, 2, 1, 3);           // [B rows, columns, 2, 2 D]
        return squares.reshape(b, side / m * (side / m), m * m * d);
    }
}
