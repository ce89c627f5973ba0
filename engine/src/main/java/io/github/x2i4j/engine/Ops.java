package io.github.x2i4j.engine;

/**
 * The closed set of tensor operations. Models are written against this interface and know neither files nor devices.
 *
 * <p>Every op returns a new tensor that belongs to the scope it was called on. Activations are F32; {@code weight} operands
 * may have any floating-point dtype and are widened inside the kernel; vectors (bias, norm weights) are F32 unless said.
 * Accumulation is F32 or wider. Shapes are checked: a mismatch is an {@link IllegalArgumentException} that names both.
 * Results do not depend on the number of threads.
 */
public interface Ops {

    /** Opens a scope whose tensors live until it is closed; see {@link Scope#escape}. */
    Scope scope();

    // ---- making tensors ----

    /** A tensor with undefined content. */
    Tensor empty(DType dtype, long... dims);

    /** An F32 tensor filled with zeros. */
    Tensor zeros(long... dims);

    /** An F32 tensor with the given elements, row-major. */
    Tensor floats(float[] values, long... dims);

    // ---- products ----

    /**
     * {@code y = epilogue(x Wt + bias)}.
     *
     * @param x F32 [..., K]
     * @param weight [N, K], any floating-point dtype
     * @param bias F32 [N] or null
     * @return F32 [..., N]. The epilogue's gate has one row for each entry of x's leading axis (all rows between it and the last
     *     axis share it).
     */
    Tensor linear(Tensor x, Tensor weight, Tensor bias, Epilogue epilogue);

    /** {@link #linear(Tensor, Tensor, Tensor, Epilogue)} without epilogue. */
    default Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        return linear(x, weight, bias, Epilogue.NONE);
    }

    /**
     * Cross-correlation as in PyTorch's Conv2d, then the epilogue (whose gate must be null).
     *
     * @param x F32 [B, Ci, H, W]
     * @param weight [Co, Ci, kh, kw], any floating-point dtype
     * @param bias F32 [Co] or null
     * @return F32 [B, Co, Ho, Wo], Ho = (H + top + bottom - kh) / stride + 1
     */
    Tensor conv2d(Tensor x, Tensor weight, Tensor bias, ConvSpec spec, Epilogue epilogue);

    /**
     * {@code softmax(scale q kt + bias) v} for each head, tiled with an online softmax; the score matrix never exists.
     * Grouped queries: query head h uses key head {@code h / (Hq / Hkv)}.
     *
     * @param q F32 [B, Sq, Hq, D]
     * @param k F32 [B, Sk, Hkv, D]
     * @param v F32 [B, Sk, Hkv, Dv]
     * @param mask ranges of keys for each query, the same for all batch entries and heads
     * @param relativeBias F32 [Hq, Sq + Sk - 1], added to the score of query i and key j at column {@code j - i + Sq - 1}; or null
     * @return F32 [B, Sq, Hq, Dv]
     */
    Tensor attention(Tensor q, Tensor k, Tensor v, float scale, AttentionMask mask, Tensor relativeBias);

    // ---- norms ----

    /** LayerNorm over the last axis: {@code (x - mean) / sqrt(var + eps) * weight + bias}; weight and bias F32 [N] or null. */
    Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, float eps);

    /**
     * Adaptive LayerNorm: {@code layerNorm(x) * (1 + scale) + shift}.
     *
     * @param x F32 [B, S, N]
     * @param scale F32 [B, N]
     * @param shift F32 [B, N]
     */
    Tensor layerNormModulated(Tensor x, Tensor scale, Tensor shift, float eps);

    /** RMSNorm over the last axis: {@code x / sqrt(mean(x^2) + eps) * weight}; weight F32 [N] or null. */
    Tensor rmsNorm(Tensor x, Tensor weight, float eps);

    /** GroupNorm of F32 [B, C, H, W] over (C / groups, H, W), biased variance, then the activation. weight and bias F32 [C]. */
    Tensor groupNorm(Tensor x, int groups, Tensor weight, Tensor bias, float eps, Activation activation);

    // ---- element-wise ----

    Tensor activation(Tensor x, Activation activation);

    /** {@code a + b}; b's shape equals a's or its trailing dimensions, then it is repeated over the leading ones. */
    Tensor add(Tensor a, Tensor b);

    /** {@code a * b}; shapes as in {@link #add}. */
    Tensor mul(Tensor a, Tensor b);

    /** {@code a + factor * b}, equal shapes. */
    Tensor addScaled(Tensor a, float factor, Tensor b);

    /** {@code x * factor + offset} */
    Tensor affine(Tensor x, float factor, float offset);

    /** Rotates pairs of channels of F32 [B, S, H, D] by the angles of F32 tables cos, sin [S, D / 2]. */
    Tensor rope(Tensor x, Tensor cos, Tensor sin, RopeStyle style);

    // ---- movement ----

    /** Joins tensors of one dtype along an axis; the other dimensions agree. */
    Tensor concat(int axis, Tensor... parts);

    /** Entries {@code from} to {@code to} (exclusive) of an axis, copied; of the leading axis it may be a view. */
    Tensor slice(Tensor x, int axis, long from, long to);

    /** Axes in a new order: axis i of the result is axis {@code axes[i]} of x. Copied. */
    Tensor permute(Tensor x, int... axes);

    /** Nearest-neighbour enlargement of F32 [B, C, H, W] to [B, C, 2H, 2W]. */
    Tensor upsampleNearest2x(Tensor x);

    /** Rows of a table [V, D] of any floating-point dtype, widened: F32 [ids.length, D]. */
    Tensor gatherRows(Tensor table, long[] ids);

    /** A copy of x [S, D] in which row {@code positions[i]} is row i of {@code source} [positions.length, D]. */
    Tensor replaceRows(Tensor x, long[] positions, Tensor source);

    /** The same values in another floating-point dtype, rounded to nearest even. */
    Tensor cast(Tensor x, DType dtype);

    // ---- reductions ----

    /** Weighted sum over an axis, which disappears: {@code sum_c weights[c] x[.., c, ..]}; weights F32 [C]. Sums in F64. */
    Tensor weightedSum(Tensor x, int axis, Tensor weights);

    /** Mean over an axis, which disappears. */
    default Tensor mean(Tensor x, int axis) {
        int n = Math.toIntExact(x.dim(axis));
        float[] w = new float[n];
        java.util.Arrays.fill(w, 1f / n);
        return weightedSum(x, axis, floats(w, n));
    }
}
