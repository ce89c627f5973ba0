package io.github.x2i4j.engine.cpu;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.ConvSpec;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.HostStorage;
import io.github.x2i4j.engine.Mapped;
import io.github.x2i4j.engine.RopeStyle;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.context.CpuContext;
import io.github.x2i4j.engine.memory.Block;
import io.github.x2i4j.engine.memory.OwnedBlocks;
import io.github.x2i4j.engine.ops.Signatures;
import java.lang.foreign.MemorySegment;

/** Owns the tensors made by its ops and hands each op to the class that computes it. */
public final class CpuScope implements Scope {
    private final CpuContext cpu;
    private final OwnedBlocks blocks;

    /** @param parent the enclosing scope, or null for an outermost one */
    public CpuScope(CpuContext cpu, CpuScope parent) {
        this.cpu = cpu;
        blocks = new OwnedBlocks(parent == null ? null : parent.blocks, cpu.pool()::release);
    }

    @Override
    public Scope scope() {
        blocks.checkOpen();
        return new CpuScope(cpu, this);
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
        blocks.checkOpen();
        Block block = cpu.pool().acquire(dtype.bytes(shape.elements()));
        HostStorage storage = new HostStorage(block.segment());
        blocks.own(storage, block);
        return new Tensor(dtype, shape, storage, 0);
    }

    @Override
    public Tensor zeros(long... dims) {
        Tensor t = empty(DType.F32, dims);
        t.segment().fill((byte) 0);
        return t;
    }

    @Override
    public Tensor floats(float[] values, long... dims) {
        Tensor t = empty(DType.F32, dims);
        if (t.elements() != values.length) {
            throw Signatures.misfit(values.length + " values for shape " + t.shape());
        }
        MemorySegment.copy(values, 0, t.segment(), Tensor.FLOAT, 0, values.length);
        return t;
    }

    // ---- products ----

    @Override
    public Tensor linear(Tensor x, Tensor weight, Tensor bias, Epilogue epilogue) {
        return Mapped.reading(() -> LinearOp.run(cpu, this, x, weight, bias, epilogue), x, weight, bias);
    }

    @Override
    public Tensor conv2d(Tensor x, Tensor weight, Tensor bias, ConvSpec spec, Epilogue epilogue) {
        return Mapped.reading(() -> Conv2dOp.run(cpu, this, x, weight, bias, spec, epilogue), x, weight, bias);
    }

    @Override
    public Tensor attention(Tensor q, Tensor k, Tensor v, float scale, AttentionMask mask, Tensor relativeBias) {
        return Mapped.reading(() -> AttentionOp.run(cpu, this, q, k, v, scale, mask, relativeBias), q, k, v, relativeBias);
    }

    // ---- norms ----

    @Override
    public Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, float eps) {
        return Mapped.reading(() -> Norms.layerNorm(cpu, this, x, weight, bias, eps), x, weight, bias);
    }

    @Override
    public Tensor layerNormModulated(Tensor x, Tensor scale, Tensor shift, float eps) {
        return Mapped.reading(() -> Norms.layerNormModulated(cpu, this, x, scale, shift, eps), x, scale, shift);
    }

    @Override
    public Tensor rmsNorm(Tensor x, Tensor weight, float eps) {
        return Mapped.reading(() -> Norms.rmsNorm(cpu, this, x, weight, eps), x, weight);
    }

    @Override
    public Tensor groupNorm(Tensor x, int groups, Tensor weight, Tensor bias, float eps, Activation activation) {
        return Mapped.reading(() -> Norms.groupNorm(cpu, this, x, groups, weight, bias, eps, activation), x, weight, bias);
    }

    // ---- element-wise ----

    @Override
    public Tensor activation(Tensor x, Activation activation) {
        return Mapped.reading(() -> Elementwise.activation(cpu, this, x, activation), x);
    }

    @Override
    public Tensor add(Tensor a, Tensor b) {
        return Mapped.reading(() -> Elementwise.add(cpu, this, a, b), a, b);
    }

    @Override
    public Tensor mul(Tensor a, Tensor b) {
        return Mapped.reading(() -> Elementwise.mul(cpu, this, a, b), a, b);
    }

    @Override
    public Tensor addScaled(Tensor a, float factor, Tensor b) {
        return Mapped.reading(() -> Elementwise.addScaled(cpu, this, a, factor, b), a, b);
    }

    @Override
    public Tensor affine(Tensor x, float factor, float offset) {
        return Mapped.reading(() -> Elementwise.affine(cpu, this, x, factor, offset), x);
    }

    @Override
    public Tensor rope(Tensor x, Tensor cos, Tensor sin, RopeStyle style) {
        return Mapped.reading(() -> Elementwise.rope(cpu, this, x, cos, sin, style), x, cos, sin);
    }

    // ---- movement ----

    @Override
    public Tensor concat(int axis, Tensor... parts) {
        return Mapped.reading(() -> Movement.concat(cpu, this, axis, parts), parts);
    }

    @Override
    public Tensor slice(Tensor x, int axis, long from, long to) {
        return Mapped.reading(() -> Movement.slice(cpu, this, x, axis, from, to), x);
    }

    @Override
    public Tensor permute(Tensor x, int... axes) {
        return Mapped.reading(() -> Movement.permute(cpu, this, x, axes), x);
    }

    @Override
    public Tensor upsampleNearest2x(Tensor x) {
        return Mapped.reading(() -> Movement.upsampleNearest2x(cpu, this, x), x);
    }

    @Override
    public Tensor gatherRows(Tensor table, long[] ids) {
        return Mapped.reading(() -> Movement.gatherRows(cpu, this, table, ids), table);
    }

    @Override
    public Tensor replaceRows(Tensor x, long[] positions, Tensor source) {
        return Mapped.reading(() -> Movement.replaceRows(this, x, positions, source), x, source);
    }

    @Override
    public Tensor cast(Tensor x, DType dtype) {
        return Mapped.reading(() -> Elementwise.cast(cpu, this, x, dtype), x);
    }

    // ---- reductions ----

    @Override
    public Tensor weightedSum(Tensor x, int axis, Tensor weights) {
        return Mapped.reading(() -> Elementwise.weightedSum(cpu, this, x, axis, weights), x, weights);
    }
}
