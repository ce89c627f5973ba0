package io.github.x2i4j.engine.gemm;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.format.BlockDecoder;
import io.github.x2i4j.engine.kernel.RunKernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Pieces of rows of types that are stored in blocks. A piece may begin and end inside a block, though pieces that the product asks
 * for rarely do: rows and slices are whole blocks.
 */
final class BlockPacker implements RowPacker {
    /** Read at once, at most; stays in the first-level cache. */
    private static final int MOST_BYTES = 8192;

    private final MemorySegment from;
    private final long length;
    private final BlockDecoder decoder;
    private final int blockElements;
    private final int blockBytes;
    private final byte[] bytes;
    private final float[] block;

    /** @param kernels decode the blocks */
    BlockPacker(Tensor weight, RunKernels kernels) {
        DType dtype = weight.dtype();
        from = weight.segment();
        length = weight.elements() / Math.max(1, weight.dim(0));
        decoder = BlockDecoder.of(dtype, kernels);
        blockElements = dtype.blockElements();
        blockBytes = dtype.blockBytes();
        bytes = new byte[(int) Math.clamp(length / blockElements, 1, MOST_BYTES / blockBytes) * blockBytes];
        block = new float[blockElements];
    }

    @Override
    public void pack(long row, long k, int n, float[] to, int at) {
        long element = row * length + k;
        int end = at + n;
        while (at < end) {
            long first = element / blockElements;
            int inBlock = (int) (element % blockElements);
            int whole = inBlock == 0 ? (end - at) / blockElements : 0;
            int blocks = Math.clamp(whole, 1, bytes.length / blockBytes);
            MemorySegment.copy(from, ValueLayout.JAVA_BYTE, first * blockBytes, bytes, 0, blocks * blockBytes);
            int done;
            if (whole > 0) {
                done = blocks * blockElements;
                decoder.decode(bytes, 0, blocks, to, at);
            } else {
                done = Math.min(blockElements - inBlock, end - at);
                decoder.decode(bytes, 0, 1, block, 0);
                System.arraycopy(block, inBlock, to, at, done);
            }
            element += done;
            at += done;
        }
    }
}
