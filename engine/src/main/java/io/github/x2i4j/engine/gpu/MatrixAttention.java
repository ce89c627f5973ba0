package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Tensor;

/**
 * Attention as two products of matrices with a softmax between them, for what the kernels that do all at once do not do or not fast:
 * wide heads, and floats. The scores of some queries exist at a time.
 */
final class MatrixAttention {
    /** Bytes of scores that exist at a time, at most. */
    private static final long SCORE_BYTES = 256L << 20;
    /** With fewer scores a head, the kernel that does all at once has no more to do than these have to be told. */
    private static final long LEAST_SCORES = 1 << 18;
    private static final long LEAST_QUERIES = 64;

    private MatrixAttention() {
    }

    /** Whether it is worth it where there is nothing but the plain kernel. */
    static boolean suits(Tensor q, Tensor k) {
        return q.dim(1) >= LEAST_QUERIES && q.dim(1) * k.dim(1) >= LEAST_SCORES;
    }

    /**
     * @param y F32, is written
     * @param mask kind, addresses of begins and ends, and offset as {@code attention.cuh} has them
     */
    static void run(Gpu gpu, Tensor q, Tensor k, Tensor v, Tensor y, float scale, Mask mask, Tensor bias) {
        DType type = GpuProducts.factors(gpu);
        CudaApi.Operand operand = GpuProducts.operand(type);
        long size = type.bytes(1);
        long queries = GpuProducts.as(gpu, q, type);
        long keys = GpuProducts.as(gpu, k, type);
        long values = GpuProducts.as(gpu, v, type);
        long sq = q.dim(1);
        long sk = k.dim(1);
        long hq = q.dim(2);
        long hkv = k.dim(2);
        long d = q.dim(3);
        long dv = v.dim(3);
        long most = Math.clamp(SCORE_BYTES / (sk * Float.BYTES), 1, sq);
        long scores = gpu.scratch(most * sk * Float.BYTES);
        long weights = type == DType.BF16 ? gpu.scratch(most * sk * size) : scores;
        long out = gpu.address(y);
        long biases = gpu.addressOrNull(bias);
        for (long i = 0; i < q.dim(0) * hq; i++) {
            long head = i % hq;
            long from = i / hq * sk * hkv + head / (hq / hkv);
            for (long first = 0; first < sq; first += most) {
                long rows = Math.min(most, sq - first);
                long to = (i / hq * sq + first) * hq + head;
                // Read column by column, rows of tokens are columns.
                gpu.multiply(new CudaApi.Gemm(true, false, sk, rows, d, operand, keys + from * d * size, hkv * d, queries + to * d * size,
                        hq * d, 0, scores, sk));
                long[] operands = {scores, weights, bias == null ? 0 : biases + head * (sq + sk - 1) * Float.BYTES, mask.begins, mask.ends,
                    rows, sq, sk, first, mask.kind, mask.offset, Float.floatToRawIntBits(scale) & 0xFFFFFFFFL,
                    weights == scores ? 0 : Narrow.OUTPUT};
                gpu.launch("attention", "softmax", new Grid(rows, 1, 1, Kernels.THREADS), a -> a.add(operands));
                gpu.multiply(new CudaApi.Gemm(false, false, dv, rows, sk, operand, values + from * dv * size, hkv * dv, weights, sk, 0,
                        out + to * dv * Float.BYTES, hq * dv));
            }
        }
    }

    /** A mask as kernels take it. */
    record Mask(long kind, long begins, long ends, long offset) {
    }
}
