package io.github.x2i4j.engine;

/** Element-wise functions z -> f(z). */
public enum Activation {
    /** z */
    IDENTITY,
    /** z / (1 + e^-z) */
    SILU,
    /** 0.5 z (1 + erf(z / sqrt 2)) */
    GELU,
    /** 0.5 z (1 + tanh(sqrt(2/pi) (z + 0.044715 z^3))), "gelu_new" */
    GELU_TANH,
    /** z / (1 + e^(-1.702 z)) */
    QUICK_GELU,
    /** max(z, 0) */
    RELU
}
