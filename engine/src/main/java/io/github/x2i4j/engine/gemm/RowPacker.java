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
     * Copies such pieces of {@code rows} rows to native memory as they are stored.
     *
     * @param dtype what the caller can use
     * @param at byte of the first piece
     * @param stride bytes from one piece to the next
     * @return false where they are stored as something else; nothing is written then
     */
    default boolean copy(long row, int rows, long k, int n, DType dtype, MemorySegment to, long at, long stride) {
        return false;
    }

    /** Where element {@code k} of a row lies in native memory; 0 where it does not. Nobody may read there: see {@link #pack}. */
    default long address(long row, long k) {
        return 0;
    }

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
            case F32 -> new F32Rows(s, length);
            case BF16 -> new BF16Rows(s, length, kernels, new short[TileKernel.DEPTH]);
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
                yield new BlockPacker(weight, kernels);
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

    /** Rows of F32. */
    record F32Rows(MemorySegment segment, long length) implements RowPacker {
        @Override
        public void pack(long row, long k, int n, float[] to, int at) {
            MemorySegment.copy(segment, Tensor.FLOAT, (row * length + k) * Float.BYTES, to, at, n);
        }

        @Override
        public boolean copy(long row, int rows, long k, int n, DType dtype, MemorySegment to, long at, long stride) {
            if (dtype != DType.F32) {
                return false;
            }
            for (int i = 0; i < rows; i++) {
                MemorySegment.copy(segment, ((row + i) * length + k) * Float.BYTES, to, at + i * stride, (long) n * Float.BYTES);
            }
            return true;
        }

        @Override
        public long address(long row, long k) {
            return segment.address() + (row * length + k) * Float.BYTES;
        }
    }

    /** Rows of BF16, widened or as they are. */
    record BF16Rows(MemorySegment segment, long length, RunKernels kernels, short[] narrow) implements RowPacker {
        @Override
        public void pack(long row, long k, int n, float[] to, int at) {
            for (int i = 0; i < n; i += TileKernel.DEPTH) {
                int piece = Math.min(TileKernel.DEPTH, n - i);
                MemorySegment.copy(segment, Tensor.SHORT, (row * length + k + i) * Short.BYTES, narrow, 0, piece);
                kernels.widenBF16(narrow, 0, to, at + i, piece);
            }
        }

        @Override
        public boolean copy(long row, int rows, long k, int n, DType dtype, MemorySegment to, long at, long stride) {
            if (dtype != DType.BF16) {
                return false;
            }
            for (int i = 0; i < rows; i++) {
                MemorySegment.copy(segment, ((row + i) * length + k) * Short.BYTES, to, at + i * stride, (long) n * Short.BYTES);
            }
            return true;
        }

        @Override
        public long address(long row, long k) {
            return segment.address() + (row * length + k) * Short.BYTES;
        }
    }
}
