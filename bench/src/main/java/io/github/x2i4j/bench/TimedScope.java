package io.github.x2i4j.bench;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.ConvSpec;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.RopeStyle;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import java.util.function.Supplier;

/** A scope that notes in a {@link Profile} how long each op takes. */
record TimedScope(Scope inner, Profile profile) implements Scope {
    private static final double LONGEST_PRODUCT_OF_VECTORS = 8;

    private Tensor timed(String op, double flops, Supplier<Tensor> work) {
        long begin = System.nanoTime();
        Tensor y = work.get();
        profile.add(op, System.nanoTime() - begin, flops);
        return y;
    }

    private Tensor timed(String op, Supplier<Tensor> work) {
        return timed(op, 0, work);
    }

    @Override
    public Scope scope() {
        return new TimedScope(inner.scope(), profile);
    }

    @Override
    public Tensor escape(Tensor t) {
        return inner.escape(t);
    }

    @Override
    public void close() {
        inner.close();
    }

    @Override
    public Tensor empty(DType dtype, long... dims) {
        return inner.empty(dtype, dims);
    }

    @Override
    public Tensor zeros(long... dims) {
        return inner.zeros(dims);
    }

    @Override
    public Tensor floats(float[] values, long... dims) {
        return inner.floats(values, dims);
    }

    @Override
    public Tensor linear(Tensor x, Tensor weight, Tensor bias, Epilogue epilogue) {
        double rows = x.elements() / (double) x.dim(-1);
        return timed(rows > LONGEST_PRODUCT_OF_VECTORS ? "linear" : "linear, few rows", 2.0 * x.elements() * weight.dim(0),
                () -> inner.linear(x, weight, bias, epilogue));
    }

    @Override
    public Tensor conv2d(Tensor x, Tensor weight, Tensor bias, ConvSpec spec, Epilogue epilogue) {
        double pixels = (double) x.dim(0) * x.dim(2) * x.dim(3) / (spec.stride() * spec.stride());
        return timed("conv2d " + weight.dim(2) + "x" + weight.dim(3), 2 * pixels * weight.elements(),
                () -> inner.conv2d(x, weight, bias, spec, epilogue));
    }

    @Override
    public Tensor attention(Tensor q, Tensor k, Tensor v, float scale, AttentionMask mask, Tensor relativeBias) {
        double pairs = 0;
        for (long i = 0; i < q.dim(1); i++) {
            pairs += mask.end(i) - mask.begin(i);
        }
        return timed("attention", 2 * pairs * q.dim(0) * q.dim(2) * (q.dim(3) + v.dim(3)),
                () -> inner.attention(q, k, v, scale, mask, relativeBias));
    }

    @Override
    public Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, float eps) {
        return timed("layerNorm", () -> inner.layerNorm(x, weight, bias, eps));
    }

    @Override
    public Tensor layerNormModulated(Tensor x, Tensor scale, Tensor shift, float eps) {
        return timed("layerNormModulated", () -> inner.layerNormModulated(x, scale, shift, eps));
    }

    @Override
    public Tensor rmsNorm(Tensor x, Tensor weight, float eps) {
        return timed("rmsNorm", () -> inner.rmsNorm(x, weight, eps));
    }

    @Override
    public Tensor groupNorm(Tensor x, int groups, Tensor weight, Tensor bias, float eps, Activation activation) {
        return timed("groupNorm", () -> inner.groupNorm(x, groups, weight, bias, eps, activation));
    }

    @Override
    public Tensor activation(Tensor x, Activation activation) {
        return timed("activation", () -> inner.activation(x, activation));
    }

    @Override
    public Tensor add(Tensor a, Tensor b) {
        return timed("add", () -> inner.add(a, b));
    }

    @Override
    public Tensor mul(Tensor a, Tensor b) {
        return timed("mul", () -> inner.mul(a, b));
    }

    @Override
    public Tensor addScaled(Tensor a, float factor, Tensor b) {
        return timed("addScaled", () -> inner.addScaled(a, factor, b));
    }

    @Override
    public Tensor affine(Tensor x, float factor, float offset) {
        return timed("affine", () -> inner.affine(x, factor, offset));
    }

    @Override
    public Tensor rope(Tensor x, Tensor cos, Tensor sin, RopeStyle style) {
        return timed("rope", () -> inner.rope(x, cos, sin, style));
    }

    @Override
    public Tensor concat(int axis, Tensor... parts) {
        return timed("concat", () -> inner.concat(axis, parts));
    }

    @Override
    public Tensor slice(Tensor x, int axis, long from, long to) {
        return timed("slice", () -> inner.slice(x, axis, from, to));
    }

    @Override
    public Tensor permute(Tensor x, int... axes) {
        return timed("permute", () -> inner.permute(x, axes));
    }

    @Override
    public Tensor upsampleNearest2x(Tensor x) {
        return timed("upsampleNearest2x", () -> inner.upsampleNearest2x(x));
    }

    @Override
    public Tensor gatherRows(Tensor table, long[] ids) {
        return timed("gatherRows", () -> inner.gatherRows(table, ids));
    }

    @Override
    public Tensor replaceRows(Tensor x, long[] positions, Tensor source) {
        return timed("replaceRows", () -> inner.replaceRows(x, positions, source));
    }

    @Override
    public Tensor cast(Tensor x, DType dtype) {
        return timed("cast", () -> inner.cast(x, dtype));
    }

    @Override
    public Tensor weightedSum(Tensor x, int axis, Tensor weights) {
        return timed("weightedSum", () -> inner.weightedSum(x, axis, weights));
    }
}
