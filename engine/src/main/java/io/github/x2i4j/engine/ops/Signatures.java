package io.github.x2i4j.engine.ops;

import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.ConvSpec;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Checks the operands of an op before anything is computed, and says which shape the result has. Operands that do not fit are an
 * {@link IllegalArgumentException} that names them.
 */
public final class Signatures {
    private Signatures() {
    }

    public static Shape linear(Tensor x, Tensor weight, Tensor bias, Epilogue epilogue) {
        f32("linear", x);
        rank("linear weight", weight, 2);
        that(weight.dtype().isFloat(), () -> "linear needs a floating-point weight, not " + weight);
        that(x.rank() >= 1 && x.dim(-1) == weight.dim(1) && weight.dim(1) > 0,
                () -> "linear: x " + x + " does not fit weight " + weight);
        long n = weight.dim(0);
        Shape y = x.shape().with(-1, n);
        shape("linear", "bias", bias, n);
        shape("linear", "multiplier", epilogue.multiplier(), y.toArray());
        shape("linear", "residual", epilogue.residual(), y.toArray());
        shape("linear", "gate", epilogue.gate(), y.rank() > 1 ? y.dim(0) : 1, n);
        return y;
    }

    public static Shape conv2d(Tensor x, Tensor weight, Tensor bias, ConvSpec spec, Epilogue epilogue) {
        f32("conv2d", x);
        rank("conv2d", x, 4);
        rank("conv2d weight", weight, 4);
        that(weight.dtype().isFloat(), () -> "conv2d needs a floating-point weight, not " + weight);
        that(x.dim(1) == weight.dim(1) && weight.shape().product(1, 4) > 0,
                () -> "conv2d: x " + x + " does not fit weight " + weight);
        that(epilogue.gate() == null, () -> "conv2d has no gate");
        long tall = x.dim(2) + spec.top() + spec.bottom() - weight.dim(2);
        long wide = x.dim(3) + spec.left() + spec.right() - weight.dim(3);
        that(tall >= 0 && wide >= 0, () -> "conv2d: x " + x + " is smaller than the kernel of " + weight);
        Shape y = Shape.of(x.dim(0), weight.dim(0), tall / spec.stride() + 1, wide / spec.stride() + 1);
        shape("conv2d", "bias", bias, weight.dim(0));
        shape("conv2d", "multiplier", epilogue.multiplier(), y.toArray());
        shape("conv2d", "residual", epilogue.residual(), y.toArray());
        return y;
    }

    public static Shape attention(Tensor q, Tensor k, Tensor v, AttentionMask mask, Tensor bias) {
        for (Tensor t : new Tensor[] {q, k, v}) {
            f32("attention", t);
            rank("attention", t, 4);
        }
        long sq = q.dim(1);
        long sk = k.dim(1);
        that(k.dim(0) == q.dim(0) && v.dim(0) == q.dim(0) && v.dim(1) == sk && v.dim(2) == k.dim(2) && k.dim(3) == q.dim(3)
                && k.dim(2) > 0 && q.dim(2) % k.dim(2) == 0, () -> "attention: q " + q + ", k " + k + " and v " + v + " do not fit");
        shape("attention", "relative bias", bias, q.dim(2), sq + sk - 1);
        for (long i = 0; i < sq; i++) {
            long query = i;
            that(mask.begin(i) >= 0 && mask.end(i) <= sk && mask.begin(i) < mask.end(i), () -> "attention: query " + query
                    + " sees keys " + mask.begin(query) + " to " + mask.end(query) + " of " + sk);
        }
        return Shape.of(q.dim(0), sq, q.dim(2), v.dim(3));
    }

    /** Of a norm over the last axis; weight and bias may be null. */
    public static Shape rowNorm(String op, Tensor x, Tensor weight, Tensor bias) {
        f32(op, x);
        shape(op, "weight", weight, x.dim(-1));
        shape(op, "bias", bias, x.dim(-1));
        return x.shape();
    }

    public static Shape layerNormModulated(Tensor x, Tensor scale, Tensor shift) {
        f32("layerNormModulated", x);
        rank("layerNormModulated", x, 3);
        shape("layerNormModulated", "scale", scale, x.dim(0), x.dim(2));
        shape("layerNormModulated", "shift", shift, x.dim(0), x.dim(2));
        return x.shape();
    }

    public static Shape groupNorm(Tensor x, int groups, Tensor weight, Tensor bias) {
        f32("groupNorm", x);
        rank("groupNorm", x, 4);
        that(groups > 0 && x.dim(1) % groups == 0, () -> "groupNorm: " + groups + " groups of " + x);
        that(weight != null && bias != null, () -> "groupNorm needs weight and bias");
        shape("groupNorm", "weight", weight, x.dim(1));
        shape("groupNorm", "bias", bias, x.dim(1));
        return x.shape();
    }

    /** Of an op on {@code a} and a {@code b} that is repeated over a's leading axes. */
    public static Shape repeated(String op, Tensor a, Tensor b) {
        f32(op, a);
        f32(op, b);
        int lead = a.rank() - b.rank();
        boolean trailing = lead >= 0;
        for (int i = 0; trailing && i < b.rank(); i++) {
            trailing = a.dim(lead + i) == b.dim(i);
        }
        boolean fits = trailing;
        that(fits, () -> op + ": " + b + " is no trailing part of " + a);
        return a.shape();
    }

    public static Shape sameShape(String op, Tensor a, Tensor b) {
        that(a.shape().equals(b.shape()), () -> op + ": shapes differ, " + a + " and " + b);
        return repeated(op, a, b);
    }

    public static Shape rope(Tensor x, Tensor cos, Tensor sin) {
        f32("rope", x);
        rank("rope", x, 4);
        that(x.dim(3) % 2 == 0, () -> "rope needs an even number of channels, not " + x);
        shape("rope", "cos", cos, x.dim(1), x.dim(3) / 2);
        shape("rope", "sin", sin, x.dim(1), x.dim(3) / 2);
        return x.shape();
    }

    public static Shape concat(int axis, Tensor... parts) {
        that(parts.length > 0, () -> "concat of nothing");
        Tensor first = parts[0];
        int a = first.shape().axis(axis);
        long joined = 0;
        for (Tensor p : parts) {
            that(p.dtype() == first.dtype() && p.scale() == 1 && p.rank() == first.rank() && p.shape().with(a, 0).equals(first.shape().with(a, 0)),
                    () -> "concat on axis " + axis + ": " + p + " does not fit " + first);
            joined += p.dim(a);
        }
        return first.shape().with(a, joined);
    }

    public static Shape slice(Tensor x, int axis, long from, long to) {
        int a = x.shape().axis(axis);
        plain("slice", x);
        that(0 <= from && from <= to && to <= x.dim(a), () -> "slice " + from + " to " + to + " of axis " + axis + " of " + x);
        return x.shape().with(a, to - from);
    }

    public static Shape permute(Tensor x, int... axes) {
        that(axes.length == x.rank(), () -> "permute: " + axes.length + " axes for " + x);
        that(x.dtype().blockElements() == 1, () -> "permute needs a plain type, not " + x);
        plain("permute", x);
        long[] dims = new long[axes.length];
        boolean[] seen = new boolean[axes.length];
        for (int i = 0; i < axes.length; i++) {
            int a = x.shape().axis(axes[i]);
            that(!seen[a], () -> "permute: axis " + a + " of " + x + " appears twice");
            seen[a] = true;
            dims[i] = x.dim(a);
        }
        return Shape.of(dims);
    }

    public static Shape upsampleNearest2x(Tensor x) {
        f32("upsampleNearest2x", x);
        rank("upsampleNearest2x", x, 4);
        return Shape.of(x.dim(0), x.dim(1), x.dim(2) * 2, x.dim(3) * 2);
    }

    public static Shape gatherRows(Tensor table, long[] ids) {
        rank("gatherRows", table, 2);
        that(table.dtype().isFloat(), () -> "gatherRows needs a floating-point table, not " + table);
        for (long id : ids) {
            that(id >= 0 && id < table.dim(0), () -> "gatherRows: row " + id + " of " + table);
        }
        return Shape.of(ids.length, table.dim(1));
    }

    public static Shape replaceRows(Tensor x, long[] positions, Tensor source) {
        rank("replaceRows", x, 2);
        plain("replaceRows", x);
        that(source.dtype() == x.dtype() && source.scale() == 1 && source.rank() == 2 && source.dim(0) == positions.length && source.dim(1) == x.dim(1),
                () -> "replaceRows: " + positions.length + " rows of " + source + " into " + x);
        for (long p : positions) {
            that(p >= 0 && p < x.dim(0), () -> "replaceRows: row " + p + " of " + x);
        }
        return x.shape();
    }

    public static Shape cast(Tensor x, DType dtype) {
        that(x.dtype().isFloat() && dtype.isFloat(), () -> "cast works between floating-point types, not " + x + " to " + dtype);
        that(dtype == DType.F64 || dtype == DType.F32 || dtype == DType.F16 || dtype == DType.BF16, () -> "cast does not write " + dtype);
        return x.shape();
    }

    public static Shape weightedSum(Tensor x, int axis, Tensor weights) {
        f32("weightedSum", x);
        int a = x.shape().axis(axis);
        shape("weightedSum", "weights", weights, x.dim(a));
        long[] dims = new long[x.rank() - 1];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = x.dim(i < a ? i : i + 1);
        }
        return Shape.of(dims);
    }

    public static void f32(String op, Tensor t) {
        that(t.dtype() == DType.F32 && t.scale() == 1, () -> op + " needs F32, not " + t);
    }

    private static void plain(String op, Tensor t) {
        that(t.scale() == 1, () -> op + " needs plain values, not the scaled " + t);
    }

    private static void rank(String op, Tensor t, int rank) {
        that(t.rank() == rank, () -> op + " needs rank " + rank + ", not " + t);
    }

    /** An F32 tensor of exactly these dimensions, or null. */
    private static void shape(String op, String name, Tensor t, long... dims) {
        if (t != null) {
            f32(op, t);
            that(Arrays.equals(t.shape().toArray(), dims), () -> op + ": " + name + " is " + t + " but must be " + Arrays.toString(dims));
        }
    }

    public static void that(boolean condition, Supplier<String> message) {
        if (!condition) {
            throw new IllegalArgumentException(message.get());
        }
    }
}
