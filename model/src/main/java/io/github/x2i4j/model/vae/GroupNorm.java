package io.github.x2i4j.model.vae;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Weights;

/** GroupNorm with affine weights, followed by an activation. */
record GroupNorm(Tensor weight, Tensor bias, int groups, Activation activation) {
    private static final float EPS = 1e-6f;

    static GroupNorm of(Weights w, VaeConfig c, long channels, Activation activation) {
        return new GroupNorm(w.vector("weight", channels), w.vector("bias", channels), c.normNumGroups(), activation);
    }

    Tensor apply(Ops f, Tensor x) {
        return f.groupNorm(x, groups, weight, bias, EPS, activation);
    }
}
