package io.github.x2i4j.model.align;

import io.github.x2i4j.engine.ConvSpec;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Weights;

/** How the C hidden states of a token become one: F32 [B, C, S, H] -> [B, S, H]. */
sealed interface LayerReduction {
    /** Number of hidden states, or -1 for any. */
    long inChannels();

    Tensor apply(Ops f, Tensor x);

    /** The variants, told apart by their tensors. */
    enum Variant {
        SCALE("cha_scale"), CNN("conv.weight"), MEAN(null);

        private final String key;

        Variant(String key) {
            this.key = key;
        }

        /** True if the file could be of this variant. */
        boolean fits(Weights w) {
            return key != null ? w.has(key) : !w.has(SCALE.key) && !w.has(CNN.key);
        }

        /** The variant of a file; a learned scale wins over a convolution, as in the reference. */
        static Variant of(Weights w) {
            return SCALE.fits(w) ? SCALE : CNN.fits(w) ? CNN : MEAN;
        }

        LayerReduction bind(Weights w) {
            w.ignore("conv.");
            w.ignore("cha_scale");
            return switch (this) {
                case SCALE -> Scale.of(w);
                case CNN -> Cnn.of(w);
                case MEAN -> new Mean();
            };
        }
    }

    /** {@code z = (1 / C) sum_c scale[c] x[c]} */
    record Scale(Tensor weights) implements LayerReduction {
        static Scale of(Weights w) {
            return new Scale(w.vector("cha_scale", 1, -1, 1, 1).reshape(-1));
        }

        @Override public long inChannels() {
            return weights.elements();
        }

        @Override public Tensor apply(Ops f, Tensor x) {
            return f.weightedSum(x, 1, f.affine(weights, 1f / inChannels(), 0));
        }
    }

    /**
     * A 5x5 convolution whose channels are the hidden states and whose picture is (token, hidden index): it mixes two neighbours
     * on each side along both axes.
     */
    record Cnn(Tensor weight, Tensor bias) implements LayerReduction {
        private static final int KERNEL = 5;

        static Cnn of(Weights w) {
            return new Cnn(w.matrix("conv.weight", 1, -1, KERNEL, KERNEL), w.vector("conv.bias", 1));
        }

        @Override public long inChannels() {
            return weight.dim(1);
        }

        @Override public Tensor apply(Ops f, Tensor x) {
            Shape s = x.shape();
            Tensor z = f.conv2d(x, weight, bias, ConvSpec.padded(KERNEL / 2), Epilogue.NONE); // [B, 1, S, H]
            return z.reshape(s.dim(0), s.dim(2), s.dim(3));
        }
    }

    /** {@code z = (1 / C) sum_c x[c]} */
    record Mean() implements LayerReduction {
        @Override public long inChannels() {
            return -1;
        }

        @Override public Tensor apply(Ops f, Tensor x) {
            return f.mean(x, 1);
        }
    }
}
