package io.github.x2i4j.engine.ops;

import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.ConvSpec;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import java.util.Arrays;

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
        if (!weight.dtype().isFloat()) {
            throw misfit("linear needs a floating-point weight, not " + weight);
        }
        if (x.rank() < 1 || x.dim(-1) != weight.dim(1) || weight.dim(1) == 0) {
            throw misfit("linear: x " + x + " does not fit weight " + weight);
        }
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
        if (!weight.dtype().isFloat()) {
            throw misfit("conv2d needs a floating-point weight, not " + weight);
        }
        if (x.dim(1) != weight.dim(1) || weight.shape().product(1, 4) == 0) {
            throw misfit("conv2d: x " + x + " does not fit weight " + weight);
        }
        if (epilogue.gate() != null) {
            throw misfit("conv2d has no gate");
        }
        long tall = x.dim(2) + spec.top() + spec.bottom() - weight.dim(2);
        long wide = x.dim(3) + spec.left() + spec.right() - weight.dim(3);
        if (tall < 0 || wide < 0) {
            throw misfit("conv2d: x " + x + " is smaller than the kernel of " + weight);
        }
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
        if (!(k.dim(0) == q.dim(0) && v.dim(0) == q.dim(0) && v.dim(1) == sk && v.dim(2) == k.dim(2) && k.dim(3) == q.dim(3)
                && k.dim(2) > 0 && q.dim(2) % k.dim(2) == 0)) {
            throw misfit("attention: q " + q + ", k " + k + " and v " + v + " do not fit");
        }
        shape("attention", "relative bias", bias, q.dim(2), sq + sk - 1);
        for (long i = 0; i < sq; i++) {
            if (mask.begin(i) < 0 || mask.end(i) > sk || mask.begin(i) >= mask.end(i)) {
                throw misfit("attention: query " + i + " sees keys " + mask.begin(i) + " to " + mask.end(i) + " of " + sk);
            }
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
        if (groups <= 0 || x.dim(1) % groups != 0) {
            throw misfit("groupNorm: " + groups + " groups of " + x);
        }
        if (weight == null || bias == null) {
            throw misfit("groupNorm needs weight and bias");
        }
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
        if (!trailing) {
            throw misfit(op + ": " + b + " is no trailing part of " + a);
        }
        return a.shape();
    }

    public static Shape sameShape(String op, Tensor a, Tensor b) {
        if (!a.shape().equals(b.shape())) {
            throw misfit(op + ": shapes differ, " + a + " and " + b);
        }
        return repeated(op, a, b);
    }

    public static Shape rope(Tensor x, Tensor cos, Tensor sin) {
        f32("rope", x);
        rank("rope", x, 4);
        if (x.dim(3) % 2 != 0) {
            throw misfit("rope needs an even number of channels, not " + x);
        }
        shape("rope", "cos", cos, x.dim(1), x.dim(3) / 2);
        shape("rope", "sin", sin, x.dim(1), x.dim(3) / 2);
        return x.shape();
    }

    public static Shape concat(int axis, Tensor... parts) {
        if (parts.length == 0) {
            throw misfit("concat of nothing");
        }
        Tensor first = parts[0];
        int a = first.shape().axis(axis);
        long joined = 0;
        for (Tensor p : parts) {
            if (p.dtype() != first.dtype() || p.scale() != 1 || p.rank() != first.rank()
                    || !p.shape().with(a, 0).equals(first.shape().with(a, 0))) {
                throw misfit("concat on axis " + axis + ": " + p + " does not fit " + first);
            }
            joined += p.dim(a);
        }
        return first.shape().with(a, joined);
    }

    public static Shape slice(Tensor x, int axis, long from, long to) {
        int a = x.shape().axis(axis);
        plain("slice", x);
        if (from < 0 || from > to || to > x.dim(a)) {
            throw misfit("slice " + from + " to " + to + " of axis " + axis + " of " + x);
        }
        return x.shape().with(a, to - from);
    }

    public static Shape permute(Tensor x, int... axes) {
        if (axes.length != x.rank()) {
            throw misfit("permute: " + axes.length + " axes for " + x);
        }
        if (x.dtype().blockElements() != 1) {
            throw misfit("permute needs a plain type, not " + x);
        }
        plain("permute", x);
        long[] dims = new long[axes.length];
        boolean[] seen = new boolean[axes.length];
        for (int i = 0; i < axes.length; i++) {
            int a = x.shape().axis(axes[i]);
            if (seen[a]) {
                throw misfit("permute: axis " + a + " of " + x + " appears twice");
            }
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
        if (!table.dtype().isFloat()) {
            throw misfit("gatherRows needs a floating-point table, not " + table);
        }
        for (long id : ids) {
            if (id < 0 || id >= table.dim(0)) {
                throw misfit("gatherRows: row " + id + " of " + table);
            }
        }
        return Shape.of(ids.length, table.dim(1));
    }

    public static Shape replaceRows(Tensor x, long[] positions, Tensor source) {
        rank("replaceRows", x, 2);
        plain("replaceRows", x);
        if (source.dtype() != x.dtype() || source.scale() != 1 || source.rank() != 2 || source.dim(0) != positions.length
                || source.dim(1) != x.dim(1)) {
            throw misfit("replaceRows: " + positions.length + " rows of " + source + " into " + x);
        }
        for (long p : positions) {
            if (p < 0 || p >= x.dim(0)) {
                throw misfit("replaceRows: row " + p + " of " + x);
            }
        }
        return x.shape();
    }

    public static Shape cast(Tensor x, DType dtype) {
        if (!x.dtype().isFloat() || !dtype.isFloat()) {
            throw misfit("cast works between floating-point types, not " + x + " to " + dtype);
        }
        if (dtype != DType.F64 && dtype != DType.F32 && dtype != DType.F16 && dtype != DType.BF16) {
            throw misfit("cast does not write " + dtype);
        }
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
        if (t.dtype() != DType.F32 || t.scale() != 1) {
            throw misfit(op + " needs F32, not " + t);
        }
    }

    private static void plain(String op, Tensor t) {
        if (t.scale() != 1) {
            throw misfit(op + " needs plain values, not the scaled " + t);
        }
    }

    private static void rank(String op, Tensor t, int rank) {
        if (t.rank() != rank) {
            throw misfit(op + " needs rank " + rank + ", not " + t);
        }
    }

    /** An F32 tensor of exactly these dimensions, or null. */
    private static void shape(String op, String name, Tensor t, long... dims) {
        if (t != null) {
            f32(op, t);
            if (!Arrays.equals(t.shape().toArray(), dims)) {
                throw misfit(op + ": " + name + " is " + t + " but must be " + Arrays.toString(dims));
            }
        }
    }

    public static IllegalArgumentException misfit(String message) {
        return new IllegalArgumentException(message);
    }
}
