package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.gpu.CudaApi.Operand;
import io.github.x2i4j.engine.gpu.CudaApi.PlannedProduct;
import io.github.x2i4j.engine.gpu.CudaApi.ProductOperands;
import io.github.x2i4j.engine.ops.Signatures;

/**
 * A linear layer on its way: {@code y = epilogue(x weight^T + bias)}. Read column by column, y is [n, rows]: the transposed weight, stored
 * [k, n], times x, stored [k, rows].
 *
 * @param y is written
 */
record GpuLinear(Gpu gpu, Tensor x, Tensor weight, Tensor bias, Epilogue epilogue, Tensor y) {
    /** Results with fewer rows or columns save nothing when they are rounded: vectors that steer, and what models give out. */
    private static final long LEAST_NARROW_ROWS = 16;
    private static final long LEAST_NARROW_COLUMNS = 256;

    static Tensor run(Gpu gpu, GpuScope f, Tensor x, Tensor weight, Tensor bias, Epilogue e) {
        Shape shape = Signatures.linear(x, weight, bias, e);
        long n = weight.dim(0);
        // What is added to stays as exact as it is; what is multiplied next may be rounded now.
        boolean factor = e.residual() == null && shape.elements() >= LEAST_NARROW_ROWS * n && n >= LEAST_NARROW_COLUMNS;
        Tensor y = factor ? f.factor(shape) : f.empty(DType.F32, shape);
        if (y.elements() > 0) {
            Epilogue wide = new Epilogue(e.activation(), e.multiplier(), gpu.wide(e.gate()), gpu.wide(e.residual()));
            new GpuLinear(gpu, x, weight, bias, wide, y).compute();
        }
        return y;
    }

    private long n() {
        return weight.dim(0);
    }

    private long k() {
        return weight.dim(1);
    }

    private long rows() {
        return y.elements() / n();
    }

    private void compute() {
        if (!gpu.plansProducts() || !together()) {
            apart();
        }
    }

    /** By cuBLASLt, with what it can do of the epilogue; false, with nothing written, where it knows no way. */
    private boolean together() {
        ProductFusion fusion = ProductFusion.of(gpu.precision(), bias, epilogue);
        // Where a kernel follows, that reads floats and rounds.
        boolean rounds = Gpu.isNarrow(y) && !fusion.leavesWork();
        boolean eight = gpu.precision() == Precision.FP8 && rows() >= LEAST_NARROW_ROWS && (n() | k()) % 16 == 0 && weight.dtype() != DType.F64;
        if (eight && !rounds) {
            // Products of eight bits add no bias of floats.
            fusion = ProductFusion.none(bias, epilogue);
        }
        long z = Gpu.isNarrow(y) && !rounds ? scratch() : gpu.place(y);
        long fusedBias = fusion.biased() ? GpuProducts.as(gpu, bias, rounds ? DType.BF16 : DType.F32) : 0;
        long addend = gpu.addressOrNull(fusion.addend());
        ProductOperands o = eight ? eightBits(fusedBias, addend, z)
                : new ProductOperands(factor(weight), factor(x), fusedBias, addend, z, 0, 0, 0);
        int alignment = (int) Math.min(Narrow.VECTOR, Long.lowestOneBit(o.a() | o.b() | o.bias() | o.addend() | o.d()));
        if (!gpu.multiply(new PlannedProduct(true, false, n(), rows(), k(), eight ? Operand.F8_E4M3 : type(), k(), k(), n(),
                rounds ? Operand.BF16 : Operand.F32, fusion.fused(), fusion.biased(), addend != 0, alignment, gpu.workspaceBytes()), o)) {
            return false;
        }
        finish(z, fusion, rounds);
        return true;
    }

    private ProductOperands eightBits(long fusedBias, long addend, long z) {
        EightBits w = EightBits.of(gpu, weight);
        EightBits in = EightBits.of(gpu, x);
        return new ProductOperands(w.address(), in.address(), fusedBias, addend, z, 0, w.unit(), in.unit());
    }

    /** By cuBLAS, which does nothing but the product. */
    private void apart() {
        long z = Gpu.isNarrow(y) ? scratch() : gpu.place(y);
        gpu.multiply(new CudaApi.Gemm(true, false, n(), rows(), k(), type(), factor(weight), k(), factor(x), k(), 0, z, n()));
        finish(z, ProductFusion.none(bias, epilogue), false);
    }

    /** @param done whether z is y already, as it is to be stored */
    private void finish(long z, ProductFusion fusion, boolean done) {
        if (fusion.leavesWork() || Gpu.isNarrow(y) && !done) {
            GpuProducts.finish(gpu, z, y, rows(), n(), 1, fusion, y.rank() > 1 ? y.shape().product(1, y.rank() - 1) : 1);
        }
    }

    private long scratch() {
        return gpu.scratch(y.byteSize());
    }

    private long factor(Tensor t) {
        return GpuProducts.as(gpu, t, GpuProducts.factors(gpu));
    }

    private Operand type() {
        return GpuProducts.operand(GpuProducts.factors(gpu));
    }
}
