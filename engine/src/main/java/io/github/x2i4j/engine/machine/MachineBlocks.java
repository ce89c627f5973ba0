package io.github.x2i4j.engine.machine;

import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.kernel.BlockKernel;
import io.github.x2i4j.engine.memory.Block;
import io.github.x2i4j.engine.memory.FloatPool;
import io.github.x2i4j.engine.memory.MemoryPool;
import java.lang.foreign.MemorySegment;

/**
 * Blocks multiplied by one call of machine code, on native memory of the engine's pool.
 *
 * @param pairs whether operands are rounded to BF16 and stored as pairs
 */
record MachineBlocks(TileRoutine routine, TileShape shape, boolean pairs) implements BlockKernel<Block> {
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
    public void packRows(Rows source, int rows, int n, FloatPool floats, Block to) {
        float[] row = floats.take(depth());
        for (int i = 0; i < rows; i++) {
            source.pack(i, row, 0);
            store(row, n, to.segment(), (long) i * TileShape.DEPTH);
        }
        floats.give(row);
        long end = (long) Math.ceilDiv(rows, rows()) * rows() * TileShape.DEPTH;
        words(to.segment(), (long) rows * TileShape.DEPTH, end - (long) rows * TileShape.DEPTH).fill((byte) 0);
    }

    /** Stores a row of the left operand: floats as they are, or neighbours as pairs. */
    private void store(float[] row, int n, MemorySegment to, long at) {
        if (pairs) {
            Pairs.alongRow(row, n, words(n), to, at);
        } else {
            MemorySegment.copy(row, 0, to, Tensor.FLOAT, at * TileShape.WORD, n);
        }
    }

    @Override
    public void packColumns(Columns source, int k, FloatPool floats, Block to, long at) {
        float[] panel = floats.take((long) k * columns());
        source.pack(panel, 0);
        if (pairs) {
            Pairs.acrossRows(panel, columns(), k, words(k), to.segment(), at);
        } else {
            MemorySegment.copy(panel, 0, to.segment(), Tensor.FLOAT, at * TileShape.WORD, k * columns());
        }
        floats.give(panel);
    }

    @Override
    public void multiply(int n, Block a, int tiles, Block b, long bAt, long bStep, int panels, Block c, int stride, boolean add) {
        long rows = (long) tiles * rows();
        int depth = words(n);
        if (n < 1 || n > depth() || tiles < 1 || panels < 1 || bStep < 0 || stride < columns() * panels) {
            throw new IllegalArgumentException("depth " + n + ", " + tiles + " tiles, " + panels + " panels " + bStep + " apart, stride " + stride);
        }
        routine.call(words(a.segment(), 0, (rows - 1) * TileShape.DEPTH + depth),
                words(b.segment(), bAt, (panels - 1L) * bStep + (long) depth * columns()),
                words(c.segment(), 0, (rows - 1) * stride + (long) panels * columns()), tiles, panels, depth, bStep * TileShape.WORD,
                (long) stride * TileShape.WORD, add);
    }

    private static MemorySegment words(MemorySegment memory, long at, long n) {
        return memory.asSlice(at * TileShape.WORD, n * TileShape.WORD);
    }

    @Override
    public void read(Block c, long at, float[] to, int toAt, int n) {
        MemorySegment.copy(c.segment(), Tensor.FLOAT, at * TileShape.WORD, to, toAt, n);
    }
}
