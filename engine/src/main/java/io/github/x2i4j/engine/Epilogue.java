package io.github.x2i4j.engine;

/**
 * What is done to a tile of a matrix product or convolution while it is hot, after the bias:
 * {@code y = residual + gate * (activation(z) * multiplier)}. Parts that are {@code null} are left out.
 *
 * @param activation applied to {@code x Wt + bias}
 * @param multiplier F32, shape of the output (gated feed-forward: {@code silu(gate(x)) * up(x)}), or null
 * @param gate F32 [B, N], one row for each batch entry (adaptive norms of diffusion transformers), or null
 * @param residual F32, shape of the output, or null
 */
public record Epilogue(Activation activation, Tensor multiplier, Tensor gate, Tensor residual) {
    public static final Epilogue NONE = new Epilogue(Activation.IDENTITY, null, null, null);

    public static Epilogue of(Activation activation) {
        return new Epilogue(activation, null, null, null);
    }

    /** {@code y = residual + z} */
    public static Epilogue add(Tensor residual) {
        return new Epilogue(Activation.IDENTITY, null, null, residual);
    }

    /** {@code y = residual + gate * z} */
    public static Epilogue gated(Tensor gate, Tensor residual) {
        return new Epilogue(Activation.IDENTITY, null, gate, residual);
    }

    /** {@code y = activation(z) * multiplier} */
    public static Epilogue multiplied(Activation activation, Tensor multiplier) {
        return new Epilogue(activation, multiplier, null, null);
    }
}
