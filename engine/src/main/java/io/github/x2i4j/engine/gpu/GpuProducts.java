package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.ConvSpec;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.ops.Signatures;

/** Convolutions, and what they share with linear layers. */
final class GpuProducts {
    /** Bytes of the patches of a convolution that exist at a time, at most. */
    private static final long PATCH_BYTES = 256L << 20;

    private GpuProducts() {
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
    static DType factors(Gpu gpu) {
        return gpu.precision() == Precision.F32 ? DType.F32 : DType.BF16;
    }

    static CudaApi.Operand operand(DType factors) {
        return factors == DType.BF16 ? CudaApi.Operand.BF16 : CudaApi.Operand.F32;
    }

    /** The address of a tensor's values in some type: where they lie, or a copy that lasts until the op ends. */
    static long as(Gpu gpu, Tensor t, DType dtype) {
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
    static void finish(Gpu gpu, long z, Tensor y, long rows, long n, long inner, ProductFusion fusion, long rowsPerGate) {
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
