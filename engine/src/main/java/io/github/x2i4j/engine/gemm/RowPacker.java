package io.github.x2i4j.engine.gemm;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.format.BlockDecoder;
import io.github.x2i4j.engine.kernel.RunKernels;
import io.github.x2i4j.engine.kernel.TileKernel;
import java.lang.foreign.MemorySegment;

/**
 * Brings a piece of a row of a weight matrix into the left-hand panel, widened to float. There is one implementation for each way
 * weights are stored, and a new format needs nothing else. Not safe for several threads: each task asks {@link #of} for its own.
 */
public interface RowPacker {
    /** Writes elements {@code k} to {@code k + n} of row {@code row} to {@code to} from {@code at} on. */
    void pack(long row, long k, int n, float[] to, int at);

    /**
     * The packer of a tensor's format.
     *
     * @param weight its first axis counts rows, the others together are a row
     */
    static RowPacker of(Tensor weight, RunKernels kernels) {
        RowPacker plain = unscaled(weight, kernels);
        float scale = weight.scale();
        return scale == 1 ? plain : (row, k, n, to, at) -> {
            plain.pack(row, k, n, to, at);
            for (int i = at; i < at + n; i++) {
                to[i] *= scale;
            }
        };
    }

    private static RowPacker unscaled(Tensor weight, RunKernels kernels) {
        MemorySegment s = weight.segment();
        DType dtype = weight.dtype();
        long length = weight.elements() / Math.max(1, weight.dim(0));
        return switch (dtype) {
            case F32 -> (row, k, n, to, at) -> MemorySegment.copy(s, Tensor.FLOAT, (row * length + k) * 4, to, at, n);
            case BF16 -> {
                short[] narrow = new short[TileKernel.DEPTH];
                yield pieces((row, k, n, to, at) -> {
                    MemorySegment.copy(s, Tensor.SHORT, (row * length + k) * 2, narrow, 0, n);
                    kernels.widenBF16(narrow, 0, to, at, n);
                });
            }
            case F16 -> {
                short[] narrow = new short[TileKernel.DEPTH];
                yield pieces((row, k, n, to, at) -> {
                    MemorySegment.copy(s, Tensor.SHORT, (row * length + k) * 2, narrow, 0, n);
                    widenF16(narrow, to, at, n);
                });
            }
            case F64 -> (row, k, n, to, at) -> {
                for (int i = 0; i < n; i++) {
                    to[at + i] = (float) s.get(Tensor.DOUBLE, (row * length + k + i) * 8);
                }
            };
            default -> {
                if (!BlockDecoder.has(dtype)) {
                    throw new IllegalArgumentException("no real numbers in " + weight);
                }
                yield new BlockPacker(weight);
            }
        };
    }

    /** The compiler turns this loop into vector conversions where the processor has them. */
    private static void widenF16(short[] narrow, float[] to, int at, int n) {
        for (int i = 0; i < n; i++) {
            to[at + i] = Float.float16ToFloat(narrow[i]);
        }
    }

    /** A packer that takes pieces of at most {@link TileKernel#DEPTH} elements, made to take pieces of any length. */
    private static RowPacker pieces(RowPacker piece) {
        return (row, k, n, to, at) -> {
            for (int i = 0; i < n; i += TileKernel.DEPTH) {
                piece.pack(row, k + i, Math.min(TileKernel.DEPTH, n - i), to, at + i);
            }
        };
    }
}
