package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.ConvSpec;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.ops.Signatures;

/** Matrix products and convolutions: a product by cuBLASLt with what it can do of the epilogue, or by cuBLAS, then what is left. */
final class GpuProducts {
    /** Bytes of the patches of a convolution that exist at a time, at most. */
    private static final long PATCH_BYTES = 256L << 20;

    /** Results with fewer rows or columns save nothing when they are rounded: vectors that steer, and what models give out. */
    private static final long LEAST_NARROW_ROWS = 16;
    private static final long LEAST_NARROW_COLUMNS = 256;

    private GpuProducts() {
    }

    static Tensor linear(Gpu gpu, GpuScope f, Tensor given, Tensor weight, Tensor bias, Epilogue epilogue) {
        Shape shape = Signatures.linear(given, weight, bias, epilogue);
        if (shape.elements() == 0) {
            return f.empty(DType.F32, shape);
        }
        long n = weight.dim(0);
        long k = weight.dim(1);
        long rows = shape.elements() / n;
        // What is added to stays as exact as it is; what is multiplied next may be rounded now.
        boolean factor = epilogue.residual() == null && rows >= LEAST_NARROW_ROWS && n >= LEAST_NARROW_COLUMNS;
        Tensor y = factor ? f.factor(shape) : f.empty(DType.F32, shape);
        Epilogue e = new Epilogue(epilogue.activation(), epilogue.multiplier(), gpu.wide(epilogue.gate()), gpu.wide(epilogue.residual()));
        ProductFusion fusion = gpu.plansProducts() ? ProductFusion.of(gpu.precision(), bias, e) : ProductFusion.none(bias, e);
        // A kernel that follows reads floats, and rounds.
        boolean rounds = Gpu.isNarrow(y) && !fusion.leavesWork();
        boolean eight = gpu.precision() == Precision.FP8 && rows >= LEAST_NARROW_ROWS && (n | k) % 16 == 0 && weight.dtype() != DType.F64;
        if (eight && !rounds) {
            // Products of eight bits add no bias of floats.
            fusion = ProductFusion.none(bias, e);
        }
        long z = Gpu.isNarrow(y) && !rounds ? gpu.scratch(DType.F32.bytes(shape.elements())) : gpu.place(y);
        CudaApi.Operand result = rounds ? CudaApi.Operand.BF16 : CudaApi.Operand.F32;
        long fusedBias = fusion.biased() ? as(gpu, bias, rounds ? DType.BF16 : DType.F32) : 0;
        long addend = gpu.addressOrNull(fusion.addend());
        Factors factors = eight ? eightBits(gpu, weight, given) : factors(gpu, weight, given);
        // Read column by column, y is [n, rows]: the transposed weight, stored [k, n], times x, stored [k, rows].
        CudaApi.ProductOperands operands = new CudaApi.ProductOperands(factors.weights, factors.inputs, fusedBias, addend, z, 0,
                factors.weightUnit, factors.inputUnit);
        CudaApi.PlannedProduct product = new CudaApi.PlannedProduct(true, false, n, rows, k, factors.type, k, k, n, result, fusion.fused(),
                fusion.biased(), addend != 0, alignment(operands), gpu.workspaceBytes());
        if (!gpu.plansProducts() || !gpu.multiply(product, operands)) {
            Factors wide = eight ? factors(gpu, weight, given) : factors;
            z = rounds ? gpu.scratch(DType.F32.bytes(shape.elements())) : z;
            gpu.multiply(new CudaApi.Gemm(true, false, n, rows, k, wide.type, wide.weights, k, wide.inputs, k, 0, z, n));
            fusion = ProductFusion.none(bias, e);
            rounds = false;
        }
        if (fusion.leavesWork() || Gpu.isNarrow(y) && !rounds) {
            finish(gpu, z, y, rows, n, 1, fusion, y.rank() > 1 ? y.shape().product(1, y.rank() - 1) : 1);
        }
        return y;
    }

    /** What a product multiplies, and the units of numbers of eight bits, or 0. */
    private record Factors(CudaApi.Operand type, long weights, long inputs, long weightUnit, long inputUnit) {
    }

    private static Factors factors(Gpu gpu, Tensor weight, Tensor x) {
        DType type = factors(gpu);
        return new Factors(operand(type), as(gpu, weight, type), as(gpu, x, type), 0, 0);
    }

    private static Factors eightBits(Gpu gpu, Tensor weight, Tensor x) {
        EightBits w = EightBits.of(gpu, weight);
        EightBits in = EightBits.of(gpu, x);
        return new Factors(CudaApi.Operand.F8_E4M3, w.address(), in.address(), w.unit(), in.unit());
    }

    /** Bytes that all addresses of a product are aligned to; more than 16 do not help. */
    private static int alignment(CudaApi.ProductOperands o) {
        return (int) Math.min(16, Long.lowestOneBit(o.a() | o.b() | o.bias() | o.addend() | o.d()));
    }

    static Tensor conv2d(Gpu gpu, GpuScope f, Tensor x, Tensor weight, Tensor bias, ConvSpec spec, Epilogue epilogue) {
        Tensor y = f.empty(DType.F32, Signatures.conv2d(x, weight, bias, spec, epilogue));
        if (y.elements() == 0) {
            return y;
        }
        long k = weight.shape().product(1, 4);
        long out = weight.dim(0);
        long pixels = y.dim(2) * y.dim(3);
        DType factors = factors(gpu);
        long chunk = Math.clamp(PATCH_BYTES / factors.bytes(k), 1, pixels);
        long weights = as(gpu, weight, factors);
        long patches = gpu.scratch(factors.bytes(k * chunk));
        String kernel = factors == DType.BF16 ? "patches_bf16" : "patches_f32";
        for (long b = 0; b < x.dim(0); b++) {
            long image = gpu.address(x) + b * x.shape().product(1, 4) * Float.BYTES;
            for (long at = 0; at < pixels; at += chunk) {
                long first = at;
                long count = Math.min(chunk, pixels - at);
                gpu.launch("movement", kernel, Grid.runs(Grid.elements(count).x(), k), a -> a.add(image).add(patches).add(x.dim(1))
                        .add(x.dim(2)).add(x.dim(3)).add((int) weight.dim(2)).add((int) weight.dim(3)).add(spec.stride()).add(spec.top())
                        .add(spec.left()).add(y.dim(3)).add(first).add(count));
                gpu.multiply(new CudaApi.Gemm(false, false, count, out, k, operand(factors), patches, count,
                        weights, k, 0, gpu.address(y) + (b * out * pixels + first) * Float.BYTES, pixels));
            }
        }
        ProductFusion fusion = ProductFusion.none(bias, new Epilogue(epilogue.activation(), epilogue.multiplier(), gpu.wide(epilogue.gate()),
                gpu.wide(epilogue.residual())));
        if (fusion.leavesWork()) {
            finish(gpu, gpu.address(y), y, y.dim(0), out, pixels, fusion, 1);
        }
        return y;
    }

    /** Type of the factors of products. */
    private static DType factors(Gpu gpu) {
        return gpu.precision() == Precision.F32 ? DType.F32 : DType.BF16;
    }

    private static CudaApi.Operand operand(DType factors) {
        return factors == DType.BF16 ? CudaApi.Operand.BF16 : CudaApi.Operand.F32;
    }

    /** The address of a tensor's values in some type: where they lie, or a copy that lasts until the op ends. */
    private static long as(Gpu gpu, Tensor t, DType dtype) {
        if ((Gpu.isNarrow(t) ? DType.BF16 : t.dtype()) == dtype && t.scale() == 1) {
            return gpu.place(t);
        }
        long copy = gpu.scratch(dtype.bytes(t.elements()));
        if (dtype == DType.BF16 && t.dtype() == DType.F32 && t.scale() == 1 && t.elements() % 4 == 0 && Narrow.aligned(gpu.place(t))) {
            GpuAttention.narrow(gpu, t, copy, 1, t.elements(), t.elements());
        } else {
            GpuElementwise.convert(gpu, t, copy, dtype);
        }
        return copy;
    }

    /** Does to a product what its fusion leaves to do. */
    private static void finish(Gpu gpu, long z, Tensor y, long rows, long n, long inner, ProductFusion fusion, long rowsPerGate) {
        Epilogue e = fusion.rest();
        Tensor multiplier = inner == 1 ? e.multiplier() : gpu.wide(e.multiplier());
        long[] operands = {z, gpu.place(y), rows, n, inner, gpu.addressOrNull(fusion.bias()), multiplier == null ? 0 : gpu.place(multiplier),
            gpu.addressOrNull(e.gate()), gpu.addressOrNull(e.residual()), e.activation().ordinal(), rowsPerGate, 0};
        boolean aligned = n % 8 == 0 && Narrow.aligned(z, operands[1], operands[5], operands[6], operands[7], operands[8]);
        operands[11] = Narrow.bits(null, y, multiplier, aligned);
        if (inner == 1) {
            gpu.launch("elementwise", "finish_product", Grid.rows(aligned ? n / 8 : n, rows), a -> a.add(operands));
        } else {
            gpu.launch("elementwise", "finish_planes", Grid.rows(inner, rows * n), a -> a.add(operands));
        }
    }
}
