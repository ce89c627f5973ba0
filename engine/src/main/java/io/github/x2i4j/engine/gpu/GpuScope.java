package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.ConvSpec;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.DeviceStorage;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.Repeated;
import io.github.x2i4j.engine.RopeStyle;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.memory.Block;
import io.github.x2i4j.engine.memory.OwnedBlocks;
import io.github.x2i4j.engine.ops.Signatures;
import java.lang.foreign.MemorySegment;

/**
 * Owns the tensors made by its ops, which lie in the device's memory, and hands each op to the class that gives it to the device.
 * Ops return before the device has computed anything; reading a tensor's elements waits.
 */
public final class GpuScope implements Scope {
    private final Gpu gpu;
    private final OwnedBlocks blocks;

    /** @param parent the enclosing scope, or null for an outermost one */
    public GpuScope(Gpu gpu, GpuScope parent) {
        this.gpu = gpu;
        blocks = new OwnedBlocks(parent == null ? null : parent.blocks, gpu::release);
    }

    @Override
    public Scope scope() {
        blocks.checkOpen();
        return new GpuScope(gpu, this);
    }

    @Override
    public Repeated repeated(Repeated.Work work) {
        blocks.checkOpen();
        return new GpuRepeated(gpu, work);
    }

    @Override
    public Tensor escape(Tensor t) {
        return blocks.escape(t);
    }

    @Override
    public void close() {
        blocks.close();
    }

    // ---- making tensors ----

    @Override
    public Tensor empty(DType dtype, long... dims) {
        return empty(dtype, Shape.of(dims));
    }

    Tensor empty(DType dtype, Shape shape) {
        return empty(dtype, shape, false);
    }

    /** An F32 tensor that the device holds as BF16 where it may round factors of products, which the tensor is likely to be. */
    Tensor factor(Shape shape) {
        return empty(DType.F32, shape, gpu.precision() != Precision.F32);
    }

    Tensor empty(DType dtype, Shape shape, boolean narrow) {
        blocks.checkOpen();
        long bytes = dtype.bytes(shape.elements());
        Block block = gpu.acquire(narrow ? bytes / 2 : bytes);
        DeviceStorage storage = new DeviceStorage(block.address(), bytes, gpu::read, narrow);
        blocks.own(storage, block);
        return new Tensor(dtype, shape, storage, 0);
    }

    @Override
    public Tensor zeros(long... dims) {
        Tensor t = empty(DType.F32, dims);
        if (t.elements() > 0) {
            gpu.fill(gpu.address(t), 0, t.elements());
        }
        return t;
    }

    @Override
    public Tensor floats(float[] values, long... dims) {
        Tensor t = empty(DType.F32, dims);
        if (t.elements() != values.length) {
            throw Signatures.misfit(values.length + " values for shape " + t.shape());
        }
        gpu.upload(gpu.address(t), MemorySegment.ofArray(values));
        return t;
    }

    // ---- products ----

    @Override
    public Tensor linear(Tensor x, Tensor weight, Tensor bias, Epilogue epilogue) {
        return gpu.op(() -> GpuLinear.run(gpu, this, x, weight, bias, epilogue));
    }

    @Override
    public Tensor conv2d(Tensor x, Tensor weight, Tensor bias, ConvSpec spec, Epilogue epilogue) {
        return gpu.op(() -> GpuProducts.conv2d(gpu, this, gpu.wide(x), weight, bias, spec, epilogue));
    }

    @Override
    public Tensor attention(Tensor q, Tensor k, Tensor v, float scale, AttentionMask mask, Tensor relativeBias) {
        return gpu.op(() -> GpuAttention.run(gpu, this, q, k, v, scale, mask, relativeBias));
    }

    // ---- norms ----

    @Override
    public Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, float eps) {
        return gpu.op(() -> GpuNorms.layerNorm(gpu, this, x, weight, bias, eps));
    }

    @Override
    public Tensor layerNormModulated(Tensor x, Tensor scale, Tensor shift, float eps) {
        return gpu.op(() -> GpuNorms.layerNormModulated(gpu, this, x, scale, shift, eps));
    }

    @Override
    public Tensor rmsNorm(Tensor x, Tensor weight, float eps) {
        return gpu.op(() -> GpuNorms.rmsNorm(gpu, this, x, weight, eps));
    }

    @Override
    public Tensor groupNorm(Tensor x, int groups, Tensor weight, Tensor bias, float eps, Activation activation) {
        return gpu.op(() -> GpuNorms.groupNorm(gpu, this, gpu.wide(x), groups, weight, bias, eps, activation));
    }

    // ---- element-wise ----

    @Override
    public Tensor activation(Tensor x, Activation activation) {
        return gpu.op(() -> GpuElementwise.activation(gpu, this, gpu.wide(x), activation));
    }

    @Override
    public Tensor add(Tensor a, Tensor b) {
        return gpu.op(() -> GpuElementwise.add(gpu, this, gpu.wide(a), gpu.wide(b)));
    }

    @Override
    public Tensor mul(Tensor a, Tensor b) {
        return gpu.op(() -> GpuElementwise.mul(gpu, this, gpu.wide(a), gpu.wide(b)));
    }

    @Override
    public Tensor addScaled(Tensor a, float factor, Tensor b) {
        return gpu.op(() -> GpuElementwise.addScaled(gpu, this, gpu.wide(a), factor, gpu.wide(b)));
    }

    @Override
    public Tensor affine(Tensor x, float factor, float offset) {
        return gpu.op(() -> GpuElementwise.affine(gpu, this, gpu.wide(x), factor, offset));
    }

    @Override
    public Tensor rope(Tensor x, Tensor cos, Tensor sin, RopeStyle style) {
        return gpu.op(() -> GpuElementwise.rope(gpu, this, x, cos, sin, style));
    }

    // ---- movement ----

    @Override
    public Tensor concat(int axis, Tensor... parts) {
        return gpu.op(() -> GpuMovement.concat(gpu, this, axis, parts));
    }

    @Override
    public Tensor slice(Tensor x, int axis, long from, long to) {
        return gpu.op(() -> GpuMovement.slice(gpu, this, x, axis, from, to));
    }

    @Override
    public Tensor permute(Tensor x, int... axes) {
        return gpu.op(() -> GpuMovement.permute(gpu, this, gpu.wide(x), axes));
    }

    @Override
    public Tensor upsampleNearest2x(Tensor x) {
        return gpu.op(() -> GpuMovement.upsampleNearest2x(gpu, this, gpu.wide(x)));
    }

    @Override
    public Tensor gatherRows(Tensor table, long[] ids) {
        return gpu.op(() -> GpuMovement.gatherRows(gpu, this, gpu.wide(table), ids));
    }

    @Override
    public Tensor replaceRows(Tensor x, long[] positions, Tensor source) {
        return gpu.op(() -> GpuMovement.replaceRows(gpu, this, gpu.wide(x), positions, gpu.wide(source)));
    }

    @Override
    public Tensor cast(Tensor x, DType dtype) {
        return gpu.op(() -> GpuElementwise.cast(gpu, this, x, dtype));
    }

    // ---- reductions ----

    @Override
    public Tensor weightedSum(Tensor x, int axis, Tensor weights) {
        return gpu.op(() -> GpuElementwise.weightedSum(gpu, this, gpu.wide(x), axis, gpu.wide(weights)));
    }
}
