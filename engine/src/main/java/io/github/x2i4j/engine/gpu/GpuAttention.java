package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.engine.ops.Signatures;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/** Attention with an online softmax. */
final class GpuAttention {
    /** {@code QUERIES} of the source. */
    private static final int QUERIES = 16;
    /** Most channels of a value that each variant of the kernel takes. */
    private static final int[] VARIANTS = {64, 128, 512};

    /** Queries and keys of a block on tensor cores, its threads, and the widths of heads that there are kernels for. */
    private static final int TENSOR_QUERIES = 128;
    private static final int TENSOR_KEYS = 64;
    private static final int TENSOR_THREADS = 128;
    private static final int[] TENSOR_WIDTHS = {64, 128};
    /** With fewer queries, what is done for each key costs more than the products. */
    private static final int LEAST_TENSOR_QUERIES = 16;

    /** Tokens and channels of a tile of Hopper's kernel, and threads of a block. */
    private static final int HOPPER_TILE = 128;
    private static final int HOPPER_THREADS = 384;

    private GpuAttention() {
    }

    static Tensor run(Gpu gpu, GpuScope f, Tensor q, Tensor k, Tensor v, float scale, AttentionMask mask, Tensor bias) {
        Shape shape = Signatures.attention(q, k, v, mask, bias);
        if (shape.elements() == 0) {
            return f.empty(DType.F32, shape);
        }
        AttentionKernel kernel = choose(gpu, q, k, v, scale, mask, bias);
        Tensor y = kernel == AttentionKernel.PLAIN ? f.empty(DType.F32, shape) : f.factor(shape);
        Tensor wideBias = gpu.wide(bias);
        long sq = q.dim(1);
        long ranges = mask instanceof AttentionMask.Ranges r ? upload(gpu, r, (int) sq) : 0;
        int kind = switch (mask) {
            case AttentionMask.Full _ -> 0;
            case AttentionMask.Causal _ -> 1;
            case AttentionMask.Ranges _ -> 2;
        };
        MatrixAttention.Mask visible = new MatrixAttention.Mask(kind, ranges, ranges + sq * Integer.BYTES,
                mask instanceof AttentionMask.Causal c ? c.offset() : 0);
        if (kernel == AttentionKernel.PLAIN && MatrixAttention.suits(q, k)) {
            MatrixAttention.run(gpu, q, k, v, y, scale, visible, wideBias);
            return y;
        }
        Variant variant = switch (kernel) {
            case PLAIN -> plain(gpu, gpu.wide(q), gpu.wide(k), gpu.wide(v));
            case TENSOR -> tensor(gpu, q, k, v);
            case HOPPER -> hopper(gpu, q, k, v);
        };
        long[] operands = {variant.q, variant.k, variant.v, gpu.place(y), gpu.addressOrNull(wideBias),
            visible.begins(), visible.ends(), sq, k.dim(1), q.dim(2), k.dim(2), q.dim(3), v.dim(3), kind, visible.offset(),
            Float.floatToRawIntBits(scale) & 0xFFFFFFFFL, Narrow.bits(null, y, null, false)};
        gpu.launch(variant.module, variant.kernel, variant.grid, a -> a.add(operands));
        return y;
    }

    /** A kernel and its operands as it takes them. */
    private record Variant(String module, String kernel, Grid grid, long q, long k, long v) {
    }

    /** The fastest kernel that the device may use and that does what is asked. */
    private static AttentionKernel choose(Gpu gpu, Tensor q, Tensor k, Tensor v, float scale, AttentionMask mask, Tensor bias) {
        boolean tensor = scale > 0 && q.dim(1) >= LEAST_TENSOR_QUERIES && Math.max(q.dim(3), v.dim(3)) <= TENSOR_WIDTHS[1]
                && (q.dim(3) | v.dim(3)) % 4 == 0 && Narrow.aligned(gpu.place(q), gpu.place(k), gpu.place(v));
        boolean hopper = tensor && mask instanceof AttentionMask.Full && bias == null && Math.max(q.dim(3), v.dim(3)) > TENSOR_WIDTHS[0];
        AttentionKernel most = hopper ? AttentionKernel.HOPPER : tensor ? AttentionKernel.TENSOR : AttentionKernel.PLAIN;
        return most.compareTo(gpu.attention()) < 0 ? most : gpu.attention();
    }

    private static Variant plain(Gpu gpu, Tensor q, Tensor k, Tensor v) {
        return new Variant("attention", "attention_" + variant(v.dim(3)),
                new Grid(Math.ceilDiv(q.dim(1), QUERIES), q.dim(2), q.dim(0), Kernels.THREADS), gpu.address(q), gpu.address(k), gpu.address(v));
    }

    private static Variant tensor(Gpu gpu, Tensor q, Tensor k, Tensor v) {
        int width = smallest(TENSOR_WIDTHS, Math.max(q.dim(3), v.dim(3)));
        return new Variant(Kernels.TENSOR, "attention_tensor_" + width, new Grid(Math.ceilDiv(q.dim(1), TENSOR_QUERIES), q.dim(2),
                q.dim(0), TENSOR_THREADS, (TENSOR_QUERIES + 2 * TENSOR_KEYS) * width * Short.BYTES), narrow(gpu, q, width),
                narrow(gpu, k, width), narrow(gpu, v, width));
    }

    private static Variant hopper(Gpu gpu, Tensor q, Tensor k, Tensor v) {
        // Queries, and two tiles of keys and of values that come in turn.
        return new Variant(Kernels.HOPPER, "attention_hopper", new Grid(Math.ceilDiv(q.dim(1), HOPPER_TILE), q.dim(2), q.dim(0),
                HOPPER_THREADS, 5 * HOPPER_TILE * HOPPER_TILE * Short.BYTES), tiles(gpu, q, "pack_rows"), tiles(gpu, k, "pack_rows"),
                tiles(gpu, v, "pack_columns"));
    }

    /** The address of rows in BF16 padded to a width: where they lie, or those of a copy. */
    private static long narrow(Gpu gpu, Tensor x, int width) {
        if (Gpu.isNarrow(x) && x.dim(3) == width) {
            return gpu.place(x);
        }
        long rows = x.shape().product(0, 3);
        long copy = gpu.scratch(rows * width * Short.BYTES);
        narrow(gpu, x, copy, rows, x.dim(3), width);
        return copy;
    }

    /** Writes rows of {@code n} elements as BF16, padded to a width. */
    static void narrow(Gpu gpu, Tensor x, long copy, long rows, long n, long width) {
        gpu.launch(Kernels.TENSOR, "narrow_rows", Grid.elements(rows * width / 4),
                a -> a.add(gpu.place(x)).add(Gpu.isNarrow(x) ? 1 : 0).add(copy).add(rows).add(n).add(width));
    }

    /** A copy in BF16, in tiles as Hopper's products take them. */
    private static long tiles(Gpu gpu, Tensor x, String kernel) {
        long tiles = Math.ceilDiv(x.dim(1), HOPPER_TILE);
        long copy = gpu.scratch(tiles * x.dim(2) * x.dim(0) * HOPPER_TILE * HOPPER_TILE * Short.BYTES);
        gpu.launch(Kernels.HOPPER, kernel, new Grid(tiles, x.dim(2), x.dim(0), Kernels.THREADS),
                a -> a.add(gpu.place(x)).add(Gpu.isNarrow(x) ? 1 : 0).add(copy).add(x.dim(1)).add(x.dim(2)).add(x.dim(3)));
        return copy;
    }

    private static int smallest(int[] widths, long channels) {
        return IntStream.of(widths).filter(w -> w >= channels).findFirst().orElseThrow();
    }

    private static int variant(long channels) {
        int most = VARIANTS[VARIANTS.length - 1];
        if (channels > most) {
            throw new UnsupportedFeatureException("the GPU's attention takes heads of at most " + most + " channels, not " + channels
                    + "; use the CPU (--device cpu)");
        }
        return smallest(VARIANTS, channels);
    }

    /** Begins and behind them ends. */
    private static long upload(Gpu gpu, AttentionMask.Ranges ranges, int sq) {
        long bytes = (long) sq * Integer.BYTES;
        long copy = gpu.scratch(2 * bytes);
        gpu.upload(copy, MemorySegment.ofArray(ranges.begins()).asSlice(0, bytes));
        gpu.upload(copy + bytes, MemorySegment.ofArray(ranges.ends()).asSlice(0, bytes));
        return copy;
    }
}
