package io.github.x2i4j.model.nn;

import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Weights;

/**
 * {@code y = x Wt + b}.
 *
 * @param weight [out, in], any floating-point dtype
 * @param bias F32 [out] or null
 */
public record Linear(Tensor weight, Tensor bias) {
    /** Binds {@code weight} [out, in] and {@code bias} [out]. */
    public static Linear of(Weights w, long in, long out) {
        return new Linear(w.matrix("weight", out, in), w.vector("bias", out));
    }

    /** Binds {@code weight} [out, in]; there is no bias. */
    public static Linear withoutBias(Weights w, long in, long out) {
        return new Linear(w.matrix("weight", out, in), null);
    }

    public Tensor apply(Ops f, Tensor x) {
        return f.linear(x, weight, bias);
    }

    public Tensor apply(Ops f, Tensor x, Epilogue epilogue) {
        return f.linear(x, weight, bias, epilogue);
    }
}
