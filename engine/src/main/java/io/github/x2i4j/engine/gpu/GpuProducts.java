package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.ConvSpec;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.ops.Signatures;

/** Matrix products and convolutions: a product by cuBLAS, then the epilogue. */
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
        long weights = weights(gpu, weight);
        // Read column by column, y is [n, rows]: the transposed weight, stored [k, n], times x, stored [k, rows].
        gpu.multiply(new CudaApi.Gemm(true, false, n, rows, k, CudaApi.Operand.F32, weights, k, gpu.address(x), k, 0, gpu.address(y), n));
        finish(gpu, y, rows, n, 1, bias, epilogue, y.rank() > 1 ? y.shape().product(1, y.rank() - 1) : 1);
        return y;
    }

    static Tensor conv2d(Gpu gpu, GpuScope f, Tensor x, Tensor weight, Tensor bias, ConvSpec spec, Epilogue epilogue) {
        Tensor y = f.empty(DType.F32, Signatures.conv2d(x, weight, bias, spec, epilogue));
        if (y.elements() == 0) {
            return y;
        }
        long k = weight.shape().product(1, 4);
        long out = weight.dim(0);
        long pixels = y.dim(2) * y.dim(3);
        long chunk = Math.clamp(PATCH_BYTES / Float.BYTES / k, 1, pixels);
        long weights = weights(gpu, weight);
        long patches = gpu.scratch(k * chunk * Float.BYTES);
        for (long b = 0; b < x.dim(0); b++) {
            long image = gpu.address(x) + b * x.shape().product(1, 4) * Float.BYTES;
            for (long at = 0; at < pixels; at += chunk) {
                long first = at;
                long count = Math.min(chunk, pixels - at);
                gpu.launch("movement", "patches", Grid.elements(k * count), a -> a.add(image).add(patches).add(x.dim(1))
                        .add(x.dim(2)).add(x.dim(3)).add((int) weight.dim(2)).add((int) weight.dim(3)).add(spec.stride()).add(spec.top())
                        .add(spec.left()).add(y.dim(3)).add(first).add(count));
                gpu.multiply(new CudaApi.Gemm(false, false, count, out, k, CudaApi.Operand.F32, patches, count,
                        weights, k, 0, gpu.address(y) + (b * out * pixels + first) * Float.BYTES, pixels));
            }
        }
        finish(gpu, y, y.dim(0), out, pixels, bias, epilogue, 1);
        return y;
    }

    /** The address of a weight's values as floats: where they lie, or a copy. */
    private static long weights(Gpu gpu, Tensor weight) {
        if (weight.dtype() == DType.F32) {
            return gpu.address(weight);
        }
        long copy = gpu.scratch(weight.elements() * Float.BYTES);
        GpuElementwise.convert(gpu, weight, copy, DType.F32);
        return copy;
    }

    private static void finish(Gpu gpu, Tensor y, long rows, long n, long inner, Tensor bias, Epilogue e, long rowsPerGate) {
        if (bias == null && e.activation() == Activation.IDENTITY && e.multiplier() == null && e.gate() == null && e.residual() == null) {
            return;
        }
        gpu.launch("elementwise", "epilogue", Grid.elements(y.elements()), a -> a.add(gpu.address(y)).add(rows).add(n).add(inner)
                .add(gpu.addressOrNull(bias)).add(e.activation().ordinal()).add(gpu.addressOrNull(e.multiplier()))
                .add(gpu.addressOrNull(e.gate())).add(rowsPerGate).add(gpu.addressOrNull(e.residual())));
    }
}
