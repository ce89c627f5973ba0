package io.github.x2i4j.model.nn;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Weights;

/** Gated feed-forward network (arXiv 2002.05202): {@code down(silu(gate(x)) * up(x))}. */
public record SwiGlu(Linear gateProj, Linear upProj, Linear downProj) {

    /**
     * Binds {@code gate_proj}, {@code up_proj} and {@code down_proj}.
     *
     * @param bias whether all three have one
     */
    public static SwiGlu of(Weights w, long hiddenSize, long intermediateSize, boolean bias) {
        return new SwiGlu(projection(w.at("gate_proj"), hiddenSize, intermediateSize, bias),
                projection(w.at("up_proj"), hiddenSize, intermediateSize, bias),
                projection(w.at("down_proj"), intermediateSize, hiddenSize, bias));
    }

    private static Linear projection(Weights w, long in, long out, boolean bias) {
        return bias ? Linear.of(w, in, out) : Linear.withoutBias(w, in, out);
    }

    /** {@code residual + down(silu(gate(x)) * up(x))}, F32 [S, H]; both arguments have this shape. */
    public Tensor forward(Ops f, Tensor x, Tensor residual) {
        Tensor up = upProj.apply(f, x);                                                            // [S, I]
        Tensor gated = gateProj.apply(f, x, Epilogue.multiplied(Activation.SILU, up));             // [S, I]
        return downProj.apply(f, gated, Epilogue.add(residual));                                   // [S, H]
    }
}
