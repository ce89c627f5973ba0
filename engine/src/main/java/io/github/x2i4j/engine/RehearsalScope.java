package io.github.x2i4j.engine;

import io.github.x2i4j.engine.memory.Block;
import io.github.x2i4j.engine.memory.MemoryPool;
import io.github.x2i4j.engine.memory.OwnedBlocks;
import java.util.Arrays;

/** Makes the tensors that an engine's scope would make, without content. Operands are not checked: the engine will. */
final class RehearsalScope implements Scope {
    private final MemoryPool pool;
    private final WeightObserver observer;
    private final OwnedBlocks blocks;

    /** @param parent the enclosing scope, or null for an outermost one */
    RehearsalScope(MemoryPool pool, WeightObserver observer, RehearsalScope parent) {
        this.pool = pool;
        this.observer = observer;
        blocks = new OwnedBlocks(parent == null ? null : parent.blocks, pool::release);
    }

    @Override
    public Scope scope() {
        return new RehearsalScope(pool, observer, this);
    }

    @Override
    public Tensor escape(Tensor t) {
        return blocks.escape(t);
    }

    @Override
    public void close() {
        blocks.close();
    }

    private Tensor made(DType dtype, Shape shape) {
        blocks.checkOpen();
        long bytes = dtype.bytes(shape.elements());
        Block block = pool.acquire(bytes);
        HostStorage storage = HostStorage.imagined(bytes);
        blocks.own(storage, block);
        return new Tensor(dtype, shape, storage, 0);
    }

    private Tensor like(Tensor x, Tensor... others) {
        read(x);
        read(others);
        return made(DType.F32, x.shape());
    }

    private void read(Tensor... operands) {
        for (Tensor t : operands) {
            if (t != null && !imagined(t)) {
                observer.reads(t, t.byteSize());
            }
        }
    }

    private static boolean imagined(Tensor t) {
        return t.storage() instanceof HostStorage host && host.isImagined();
    }

    private void read(Epilogue e) {
        read(e.multiplier(), e.gate(), e.residual());
    }

    @Override
    public Tensor empty(DType dtype, long... dims) {
        return made(dtype, Shape.of(dims));
    }

    @Override
    public Tensor zeros(long... dims) {
        return made(DType.F32, Shape.of(dims));
    }

    @Override
    public Tensor floats(float[] values, long... dims) {
        return made(DType.F32, Shape.of(dims));
    }

    @Override
    public Tensor linear(Tensor x, Tensor weight, Tensor bias, Epilogue epilogue) {
        read(x, weight, bias);
        read(epilogue);
        return made(DType.F32, x.shape().with(-1, weight.dim(0)));
    }

    @Override
    public Tensor conv2d(Tensor x, Tensor weight, Tensor bias, ConvSpec spec, Epilogue epilogue) {
        read(x, weight, bias);
        read(epilogue);
        long height = (x.dim(2) + spec.top() + spec.bottom() - weight.dim(2)) / spec.stride() + 1;
        long width = (x.dim(3) + spec.left() + spec.right() - weight.dim(3)) / spec.stride() + 1;
        return made(DType.F32, Shape.of(x.dim(0), weight.dim(0), height, width));
    }

    @Override
    public Tensor attention(Tensor q, Tensor k, Tensor v, float scale, AttentionMask mask, Tensor relativeBias) {
        read(q, k, v, relativeBias);
        return made(DType.F32, q.shape().with(-1, v.dim(3)));
    }

    @Override
    public Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, float eps) {
        return like(x, weight, bias);
    }

    @Override
    public Tensor layerNormModulated(Tensor x, Tensor scale, Tensor shift, float eps) {
        return like(x, scale, shift);
    }

    @Override
    public Tensor rmsNorm(Tensor x, Tensor weight, float eps) {
        return like(x, weight);
    }

    @Override
    public Tensor groupNorm(Tensor x, int groups, Tensor weight, Tensor bias, float eps, Activation activation) {
        return like(x, weight, bias);
    }

    @Override
    public Tensor activation(Tensor x, Activation activation) {
        return like(x);
    }

    @Override
    public Tensor add(Tensor a, Tensor b) {
        return like(a, b);
    }

    @Override
    public Tensor mul(Tensor a, Tensor b) {
        return like(a, b);
    }

    @Override
    public Tensor addScaled(Tensor a, float factor, Tensor b) {
        return like(a, b);
    }

    @Override
    public Tensor affine(Tensor x, float factor, float offset) {
        return like(x);
    }

    @Override
    public Tensor rope(Tensor x, Tensor cos, Tensor sin, RopeStyle style) {
        return like(x, cos, sin);
    }

    @Override
    public Tensor concat(int axis, Tensor... parts) {
        read(parts);
        return made(parts[0].dtype(), parts[0].shape().with(axis, Arrays.stream(parts).mapToLong(p -> p.dim(axis)).sum()));
    }

    @Override
    public Tensor slice(Tensor x, int axis, long from, long to) {
        int a = x.shape().axis(axis);
        Shape shape = x.shape().with(a, to - from);
        if (x.shape().product(0, a) == 1) {
            return new Tensor(x.dtype(), shape, x.storage(), x.byteOffset() + x.dtype().bytes(from * x.shape().product(a + 1, x.rank())));
        }
        read(x);
        return made(x.dtype(), shape);
    }

    @Override
    public Tensor permute(Tensor x, int... axes) {
        read(x);
        return made(x.dtype(), Shape.of(Arrays.stream(axes).mapToLong(x::dim).toArray()));
    }

    @Override
    public Tensor upsampleNearest2x(Tensor x) {
        read(x);
        return made(DType.F32, x.shape().with(2, 2 * x.dim(2)).with(3, 2 * x.dim(3)));
    }

    @Override
    public Tensor gatherRows(Tensor table, long[] ids) {
        if (!imagined(table)) {
            observer.reads(table, Math.min(table.byteSize(), table.byteSize() / Math.max(1, table.dim(0)) * ids.length));
        }
        return made(DType.F32, Shape.of(ids.length, table.dim(1)));
    }

    @Override
    public Tensor replaceRows(Tensor x, long[] positions, Tensor source) {
        read(x, source);
        return made(x.dtype(), x.shape());
    }

    @Override
    public Tensor cast(Tensor x, DType dtype) {
        read(x);
        return made(dtype, x.shape());
    }

    @Override
    public Tensor weightedSum(Tensor x, int axis, Tensor weights) {
        read(x, weights);
        int a = x.shape().axis(axis);
        long[] dims = new long[x.rank() - 1];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = x.dim(i < a ? i : i + 1);
        }
        return made(DType.F32, Shape.of(dims));
    }
}
