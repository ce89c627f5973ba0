package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.ConvSpec;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.ops.Signatures;

/** Matrix products and convolutions: a product by cuBLASLt with what it can do of the epilogue, or by cuBLAS, then what is left. */
final class GpuProducts {
    /** Bytes of the patches of a convolution that exist at a time, at most. */
    private static final long PATCH_BYTES = 256L << 20;

    private GpuProducts() {
    }

    static Tensor linear(Gpu gpu, GpuScope f, Tensor x, Tensor weight, Tensor bias, Epilogue epilogue) {
        Tensor y = f.empty(DType.F32, Signatures.linear(x, weight, bias, epilogue));
        if (y.elements() == 0) {
            return y;
        }
        long n = weight.dim(0);
        long k = weight.dim(1);
        long rows = y.elements() / n;
        DType factors = factors(gpu);
        long weights = as(gpu, weight, factors);
        long inputs = as(gpu, x, factors);
        long rowsPerGate = y.rank() > 1 ? y.shape().product(1, y.rank() - 1) : 1;
        ProductFusion fusion = ProductFusion.of(gpu.precision(), bias, epilogue);
        CudaApi.ProductOperands operands = new CudaApi.ProductOperands(weights, inputs, fusion.biased() ? as(gpu, bias, DType.F32) : 0,
                gpu.addressOrNull(fusion.addend()), gpu.address(y), 0);
        // Read column by column, y is [n, rows]: the transposed weight, stored [k, n], times x, stored [k, rows].
        if (!gpu.multiply(new CudaApi.PlannedProduct(true, false, n, rows, k, operand(factors), k, k, n, CudaApi.Operand.F32, fusion.fused(),
                fusion.biased(), fusion.addend() != null, alignment(operands), gpu.workspaceBytes()), operands)) {
            gpu.multiply(new CudaApi.Gemm(true, false, n, rows, k, operand(factors), weights, k, inputs, k, 0, gpu.address(y), n));
            fusion = ProductFusion.none(bias, epilogue);
        }
        finish(gpu, y, rows, n, 1, fusion, rowsPerGate);
        return y;
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
                gpu.launch("movement", kernel, Grid.elements(k * count), a -> a.add(image).add(patches).add(x.dim(1))
                        .add(x.dim(2)).add(x.dim(3)).add((int) weight.dim(2)).add((int) weight.dim(3)).add(spec.stride()).add(spec.top())
                        .add(spec.left()).add(y.dim(3)).add(first).add(count));
                gpu.multiply(new CudaApi.Gemm(false, false, count, out, k, operand(factors), patches, count,
                        weights, k, 0, gpu.address(y) + (b * out * pixels + first) * Float.BYTES, pixels));
            }
        }
        finish(gpu, y, y.dim(0), out, pixels, ProductFusion.none(bias, epilogue), 1);
        return y;
    }

    /** Type of the factors of products. */
    private static DType factors(Gpu gpu) {
        return gpu.precision() == Precision.BF16 ? DType.BF16 : DType.F32;
    }

    private static CudaApi.Operand operand(DType factors) {
        return factors == DType.BF16 ? CudaApi.Operand.BF16 : CudaApi.Operand.F32;
    }

    /** The address of a tensor's values in some type: where they lie, or a copy that lasts until the op ends. */
    private static long as(Gpu gpu, Tensor t, DType dtype) {
        if (t.dtype() == dtype && t.scale() == 1) {
            return gpu.address(t);
        }
        long copy = gpu.scratch(dtype.bytes(t.elements()));
        GpuElementwise.convert(gpu, t, copy, dtype);
        return copy;
    }

    private static void finish(Gpu gpu, Tensor y, long rows, long n, long inner, ProductFusion fusion, long rowsPerGate) {
        if (!fusion.leavesWork()) {
            return;
        }
        Epilogue e = fusion.rest();
        gpu.launch("elementwise", "epilogue", Grid.elements(y.elements()), a -> a.add(gpu.address(y)).add(rows).add(n).add(inner)
                .add(gpu.addressOrNull(fusion.bias())).add(e.activation().ordinal()).add(gpu.addressOrNull(e.multiplier()))
                .add(gpu.addressOrNull(e.gate())).add(rowsPerGate).add(gpu.addressOrNull(e.residual())));
    }
}
