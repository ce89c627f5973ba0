package io.github.x2i4j.engine.cpu;

import static io.github.x2i4j.engine.kernel.TileKernel.DEPTH;

import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.context.CpuContext;
import io.github.x2i4j.engine.kernel.BlockKernel;
import io.github.x2i4j.engine.ops.Signatures;
import java.lang.foreign.MemorySegment;

/**
 * Attention with an online softmax (Milakov and Gimelshein, 2018; Dao et al., FlashAttention, 2022).
 *
 * <pre>
 * for some key heads at a time, whose panels fit {@link #PANEL_WORDS}            shared by all threads, third-level cache
 *   pack keys and values                                                         one tile of {@link TileKernel#DEPTH} keys a task
 *   for each block of rows of a key head                                         one block a task
 *     for each tile of keys                                                      second-level cache
 *       scores = queries keysT; a step of the softmax; out += scores values
 * </pre>
 *
 * <p>The queries of all heads that share a key head are its rows: row r is query {@code r / group} of head {@code g * group + r % group}.
 */
final class AttentionOp<P> {
    /** Bound of the packed keys and values, unless one head needs more. */
    private static final long PANEL_WORDS = 4L << 20;
    /** Rows of a block, at most: their queries, scores and sums share the second-level cache with a tile. A multiple of the rows of every kernel. */
    private static final int BLOCK_ROWS = 96;
    /** Blocks for each thread that keep the threads evenly busy. */
    private static final int BLOCKS_PER_THREAD = 4;

    final CpuContext cpu;
    final BlockKernel<P> kernel;
    final MemorySegment q;
    final MemorySegment k;
    final MemorySegment v;
    final MemorySegment y;
    final MemorySegment bias;
    final float scale;
    final AttentionMask mask;
    final long sq;
    final long sk;
    final int hq;
    final int hkv;
    final int group;
    final int d;
    final int dv;

    private AttentionOp(CpuContext cpu, BlockKernel<P> kernel, Tensor q, Tensor k, Tensor v, Tensor y, float scale, AttentionMask mask,
            Tensor bias) {
        this.cpu = cpu;
        this.kernel = kernel;
        this.q = q.segment();
        this.k = k.segment();
        this.v = v.segment();
        this.y = y.segment();
        this.bias = bias == null ? null : bias.segment();
        this.scale = scale;
        this.mask = mask;
        sq = q.dim(1);
        sk = k.dim(1);
        hq = Math.toIntExact(q.dim(2));
        hkv = Math.toIntExact(k.dim(2));
        group = hq / hkv;
        d = Math.toIntExact(q.dim(3));
        dv = Math.toIntExact(v.dim(3));
    }

    static Tensor run(CpuContext cpu, CpuScope f, Tensor q, Tensor k, Tensor v, float scale, AttentionMask mask, Tensor bias) {
        Tensor y = f.empty(DType.F32, Signatures.attention(q, k, v, mask, bias));
        if (y.elements() > 0) {
            new AttentionOp<>(cpu, cpu.blocks(), q, k, v, y, scale, mask, bias).run(q.dim(0));
        }
        return y;
    }

    private void run(long batch) {
        long heads = batch * hkv;
        KeyValuePanels<P> panels = new KeyValuePanels<>(this);
        int most = Math.clamp(PANEL_WORDS / panels.words(), 1, Math.toIntExact(heads));
        long chunks = Math.ceilDiv(heads, most);
        int count = Math.toIntExact(Math.ceilDiv(heads, chunks));
        P keys = kernel.take(cpu.panels(), cpu.floats(), count * panels.keyWords());
        P values = kernel.take(cpu.panels(), cpu.floats(), count * panels.valueWords());
        try {
            for (long head = 0; head < heads; head += count) {
                runHeads(panels, keys, values, head, (int) Math.min(count, heads - head));
            }
        } finally {
            kernel.give(cpu.panels(), cpu.floats(), keys);
            kernel.give(cpu.panels(), cpu.floats(), values);
        }
    }

    private void runHeads(KeyValuePanels<P> panels, P keys, P values, long first, int heads) {
        int tiles = Math.toIntExact(Math.ceilDiv(sk, DEPTH));
        cpu.workers().parallelFor(Math.multiplyExact(heads, tiles), task -> {
            panels.pack(first + task / tiles, task / tiles, task % tiles, keys, values);
        });
        long rows = sq * group;
        int unit = kernel.rows();
        long wanted = Math.ceilDiv((long) BLOCKS_PER_THREAD * cpu.workers().threads(), heads);
        int blockRows = Math.clamp(Math.ceilDiv(Math.ceilDiv(rows, wanted), unit) * unit, unit, BLOCK_ROWS);
        int blocks = Math.toIntExact(Math.ceilDiv(rows, blockRows));
        cpu.workers().parallelFor(Math.multiplyExact(heads, blocks), task -> {
            int head = task / blocks;
            long row = (long) (task % blocks) * blockRows;
            try (AttentionBlock<P> block = new AttentionBlock<>(this, panels, first + head, row, (int) Math.min(blockRows, rows - row))) {
                block.run(head, keys, values);
            }
        });
    }
}
