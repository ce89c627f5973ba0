package io.github.x2i4j.model.nn;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Weights;

/**
 * LayerNorm over the last axis.
 *
 * @param weight F32 [N]
 * @param bias F32 [N]
 */
public record LayerNorm(Tensor weight, Tensor bias, float eps) {
    /** Binds {@code weight} and {@code bias}. */
    public static LayerNorm of(Weights w, long width, float eps) {
        return new LayerNorm(w.vector("weight", width), w.vector("bias", width), eps);
    }

    public Tensor apply(Ops f, Tensor x) {
        return f.layerNorm(x, weight, bias, eps);
    }
}
