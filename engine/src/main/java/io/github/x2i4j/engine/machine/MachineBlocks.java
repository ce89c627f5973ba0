package io.github.x2i4j.engine.machine;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.kernel.BlockKernel;
import io.github.x2i4j.engine.kernel.RunKernels;
import io.github.x2i4j.engine.memory.Block;
import io.github.x2i4j.engine.memory.FloatPool;
import io.github.x2i4j.engine.memory.MemoryPool;
import java.lang.foreign.MemorySegment;

/**
 * Blocks multiplied by one call of machine code, on native memory of the engine's pool.
 *
 * @param pairs whether operands are rounded to BF16 and stored as pairs
 */
record MachineBlocks(TileRoutine routine, SoftmaxRoutine softmax, PatchRoutine patches, TileShape shape, boolean pairs) implements BlockKernel<Block> {
    @Override
    public int rows() {
        return shape.rows();
    }

    @Override
    public int columns() {
        return shape.columns();
    }

    @Override
    public int depth() {
        return pairs ? 2 * TileShape.DEPTH : TileShape.DEPTH;
    }

    @Override
    public int words(int k) {
        return Math.ceilDiv(pairs ? Math.ceilDiv(k, 2) : k, shape.unit()) * shape.unit();
    }

    @Override
    public Block take(MemoryPool pool, FloatPool floats, long words) {
        return pool.acquire(words * TileShape.WORD);
    }

    @Override
    public void give(MemoryPool pool, FloatPool floats, Block memory) {
        pool.release(memory);
    }

    @Override
    public void packRows(Rows source, int rows, int n, FloatPool floats, Block to, int sliceWords) {
        int padding = Math.ceilDiv(rows, rows()) * rows() - rows;
        for (int k = 0; k < n; k += depth()) {
            long slice = (long) k / depth() * sliceWords;
            packSlice(source, rows, k, Math.min(depth(), n - k), floats, words(to.segment(), slice, (long) rows * TileShape.DEPTH));
            words(to.segment(), slice + (long) rows * TileShape.DEPTH, (long) padding * TileShape.DEPTH).fill((byte) 0);
        }
    }

    /** Stores pieces of rows of the left operand: floats as they are, or neighbours as pairs. */
    private void packSlice(Rows source, int rows, int k, int n, FloatPool floats, MemorySegment to) {
        DType stored = pairs ? DType.BF16 : DType.F32;
        long stride = (long) TileShape.DEPTH * TileShape.WORD;
        if (source.copyRows(rows, k, n, stored, to, 0, stride)) {
            long used = stored.bytes(n);
            long unit = (long) words(n) * TileShape.WORD;
            for (int i = 0; i < rows && used < unit; i++) {
                to.asSlice(i * stride + used, unit - used).fill((byte) 0);
            }
            return;
        }
        float[] row = floats.take(depth());
        for (int i = 0; i < rows; i++) {
            source.pack(i, k, n, row, 0);
            if (pairs) {
                Pairs.alongRow(row, n, words(n), to.asSlice(i * stride));
            } else {
                MemorySegment.copy(row, 0, to, Tensor.FLOAT, i * stride, n);
            }
        }
        floats.give(row);
    }

    @Override
    public void packColumns(Columns source, int k, FloatPool floats, Block to, long at) {
        float[] panel = floats.take((long) k * columns());
        source.pack(panel, 0);
        if (pairs) {
            Pairs.acrossRows(panel, columns(), k, words(k), words(to.segment(), at, (long) words(k) * columns()));
        } else {
            MemorySegment.copy(panel, 0, to.segment(), Tensor.FLOAT, at * TileShape.WORD, k * columns());
        }
        floats.give(panel);
    }

    @Override
    public void writeWords(float[] first, float[] second, int from, int n, Block to, long at) {
        if (pairs) {
            Pairs.of(first, second, from, n, words(to.segment(), at, n));
        } else {
            write(first, from, to, at, n);
        }
    }

    @Override
    public void packPatches(Patches p, Block planes, long at, Block to, long toAt) {
        int filled = p.words();
        int all = Math.ceilDiv(filled, shape.unit()) * shape.unit();
        if (p.planes() < 1 || p.height() < 1 || p.width() < 1 || p.planeStep() < 0 || p.lineStep() < 0) {
            throw new IllegalArgumentException(p.toString());
        }
        long last = (p.planes() - 1) * p.planeStep() + (p.height() - 1) * p.lineStep() + p.width() - 1;
        patches.call(words(planes.segment(), at, last + columns()), words(to.segment(), toAt, (long) filled * columns()), p.planes(), p.height(),
                p.width(), p.planeStep() * TileShape.WORD, p.lineStep() * TileShape.WORD);
        words(to.segment(), toAt + (long) filled * columns(), (long) (all - filled) * columns()).fill((byte) 0);
    }

    @Override
    public void multiply(int n, Block a, int aAt, int tiles, Block b, long bAt, long bStep, int panels, Block c, int stride, boolean add) {
        multiply(n, a, aAt, tiles, b, bAt, bStep, panels, c, stride, add, Ahead.NOTHING);
    }

    @Override
    public void multiply(int n, Block a, int aAt, int tiles, Block b, long bAt, long bStep, int panels, Block c, int stride, boolean add,
            Ahead ahead) {
        long rows = (long) tiles * rows();
        int depth = words(n);
        if (n < 1 || n > depth() || tiles < 1 || panels < 1 || bStep < 0 || stride < columns() * panels) {
            throw new IllegalArgumentException("depth " + n + ", " + tiles + " tiles, " + panels + " panels " + bStep + " apart, stride " + stride);
        }
        MemorySegment left = words(a.segment(), aAt, (rows - 1) * TileShape.DEPTH + depth);
        MemorySegment right = words(b.segment(), bAt, (panels - 1L) * bStep + (long) depth * columns());
        MemorySegment sums = words(c.segment(), 0, (rows - 1) * stride + (long) panels * columns());
        // What comes next is brought near by the last panels: what the others read would drive it out again.
        int late = Math.min(panels, Math.ceilDiv(ahead.pieces(), tiles));
        call(left, tiles, right, bStep, 0, panels - late, sums, depth, stride, add, Ahead.NOTHING);
        call(left, tiles, right, bStep, panels - late, late, sums, depth, stride, add, ahead);
    }

    /** Multiplies panels from {@code first} on. */
    private void call(MemorySegment a, int tiles, MemorySegment b, long bStep, int first, int panels, MemorySegment c, int depth, int stride,
            boolean add, Ahead ahead) {
        if (panels > 0) {
            routine.call(a, b.asSlice(first * bStep * TileShape.WORD), c.asSlice((long) first * columns() * TileShape.WORD), tiles, panels,
                    depth, bStep * TileShape.WORD, (long) stride * TileShape.WORD, add, Math.ceilDiv(columns() * TileShape.WORD, tiles), ahead);
        }
    }

    private static MemorySegment words(MemorySegment memory, long at, long n) {
        return memory.asSlice(at * TileShape.WORD, n * TileShape.WORD);
    }

    @Override
    public void softmax(RunKernels runs, Block scores, int rows, int n, Block state, Block out, int panels) {
        if (rows < 1 || n < 1 || n > TileShape.DEPTH || n % RunKernels.LANES != 0 || panels < 1) {
            throw new IllegalArgumentException(rows + " rows of " + n + " scores, " + panels + " panels");
        }
        softmax.call(words(scores.segment(), 0, (rows - 1L) * TileShape.DEPTH + n), words(state.segment(), 0, (long) rows * STATE),
                words(out.segment(), 0, (long) rows * panels * columns()), rows, n / RunKernels.LANES,
                (long) panels * columns() / SoftmaxSteps.OUT);
    }

    @Override
    public void read(Block c, long at, float[] to, int toAt, int n) {
        MemorySegment.copy(c.segment(), Tensor.FLOAT, at * TileShape.WORD, to, toAt, n);
    }

    @Override
    public void write(float[] from, int fromAt, Block c, long at, int n) {
        MemorySegment.copy(from, fromAt, c.segment(), Tensor.FLOAT, at * TileShape.WORD, n);
    }
}
