package io.github.x2i4j.engine.cpu;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.context.CpuContext;
import io.github.x2i4j.engine.gemm.RowPacker;
import io.github.x2i4j.engine.ops.Signatures;
import java.lang.foreign.MemorySegment;

/** Ops that only move elements. Joining, cutting and permuting work on plain types of any kind. */
final class Movement {
    /** Bytes that one task copies. */
    private static final long PIECE = 1 << 20;

    private Movement() {
    }

    static Tensor concat(CpuContext cpu, CpuScope f, int axis, Tensor... parts) {
        Shape shape = Signatures.concat(axis, parts);
        Tensor first = parts[0];
        int a = shape.axis(axis);
        Tensor y = f.empty(first.dtype(), shape);
        MemorySegment ys = y.segment();
        long outer = first.shape().product(0, a);
        long unit = first.dtype().bytes(first.shape().product(a + 1, first.rank()));
        long at = 0;
        for (Tensor p : parts) {
            long run = p.dim(a) * unit;
            copyRuns(cpu, p.segment(), 0, run, ys, at, shape.dim(a) * unit, run, outer);
            at += run;
        }
        return y;
    }

    /** Copies {@code count} runs of bytes; runs begin {@code fromStep} and {@code toStep} bytes apart. */
    private static void copyRuns(CpuContext cpu, MemorySegment from, long fromAt, long fromStep, MemorySegment to, long toAt, long toStep, long run,
            long count) {
        cpu.workers().parallelFor(Math.toIntExact(Math.ceilDiv(run * count, PIECE)), task -> {
            long end = Math.min(run * count, (task + 1) * PIECE);
            long n;
            for (long i = task * PIECE; i < end; i += n) {
                long inRun = i % run;
                n = Math.min(run - inRun, end - i);
                MemorySegment.copy(from, fromAt + i / run * fromStep + inRun, to, toAt + i / run * toStep + inRun, n);
            }
        });
    }

    static Tensor slice(CpuContext cpu, CpuScope f, Tensor x, int axis, long from, long to) {
        int a = x.shape().axis(axis);
        Shape shape = Signatures.slice(x, axis, from, to);
        long outer = x.shape().product(0, a);
        if (outer == 1) {
            return view(x, a, from, to);
        }
        Tensor y = f.empty(x.dtype(), shape);
        long unit = x.dtype().bytes(x.shape().product(a + 1, x.rank()));
        long run = (to - from) * unit;
        copyRuns(cpu, x.segment(), from * unit, x.dim(a) * unit, y.segment(), 0, run, run, outer);
        return y;
    }

    private static Tensor view(Tensor x, int axis, long from, long to) {
        long unit = x.dtype().bytes(x.shape().product(axis + 1, x.rank()));
        return new Tensor(x.dtype(), x.shape().with(axis, to - from), x.storage(), x.byteOffset() + from * unit);
    }

    static Tensor permute(CpuContext cpu, CpuScope f, Tensor x, int... axes) {
        Tensor y = f.empty(x.dtype(), Signatures.permute(x, axes));
        int rank = x.rank();
        long[] dims = y.shape().toArray();
        long[] strides = new long[rank];
        int[] order = new int[rank];
        for (int i = 0; i < rank; i++) {
            order[i] = x.shape().axis(axes[i]);
            strides[i] = x.shape().product(order[i] + 1, rank);
        }
        if (x.elements() == 0) {
            return y;
        }
        // Trailing axes that stay in place move as one run of bytes.
        int kept = rank;
        long run = x.dtype().bytes(1);
        while (kept > 0 && order[kept - 1] == kept - 1) {
            run *= dims[--kept];
        }
        int moved = kept;
        long runBytes = run;
        long last = moved == 0 ? 1 : dims[moved - 1];
        long lastStride = moved == 0 ? 0 : strides[moved - 1] * x.dtype().bytes(1);
        MemorySegment xs = x.segment();
        MemorySegment ys = y.segment();
        int outer = moved == 0 ? 1 : Math.toIntExact(y.shape().product(0, moved - 1));
        cpu.workers().parallelFor(outer, o -> {
            long from = 0;
            long rest = o;
            for (int i = moved - 2; i >= 0; i--) {
                from += rest % dims[i] * strides[i];
                rest /= dims[i];
            }
            from *= x.dtype().bytes(1);
            long to = o * last * runBytes;
            if (runBytes == 4) {
                for (long j = 0; j < last; j++) {
                    ys.set(Tensor.INT, to + j * 4, xs.get(Tensor.INT, from + j * lastStride));
                }
            } else {
                for (long j = 0; j < last; j++) {
                    MemorySegment.copy(xs, from + j * lastStride, ys, to + j * runBytes, runBytes);
                }
            }
        });
        return y;
    }

    static Tensor upsampleNearest2x(CpuContext cpu, CpuScope f, Tensor x) {
        Tensor y = f.empty(DType.F32, Signatures.upsampleNearest2x(x));
        long w = x.dim(3);
        MemorySegment xs = x.segment();
        MemorySegment ys = y.segment();
        cpu.workers().parallelFor(Math.toIntExact(x.shape().product(0, 3)), row -> {
            long from = row * w * 4;
            long to = row * w * 16;
            for (long i = 0; i < w; i++) {
                float v = xs.get(Tensor.FLOAT, from + i * 4);
                ys.set(Tensor.FLOAT, to + i * 8, v);
                ys.set(Tensor.FLOAT, to + i * 8 + 4, v);
            }
            MemorySegment.copy(ys, to, ys, to + w * 8, w * 8);
        });
        return y;
    }

    static Tensor gatherRows(CpuContext cpu, CpuScope f, Tensor table, long[] ids) {
        Tensor y = f.empty(DType.F32, Signatures.gatherRows(table, ids));
        int d = Math.toIntExact(table.dim(1));
        MemorySegment ys = y.segment();
        RowPacker packer = RowPacker.of(table, cpu.runs());
        float[] row = new float[d];
        for (int i = 0; i < ids.length; i++) {
            packer.pack(ids[i], 0, d, row, 0);
            MemorySegment.copy(row, 0, ys, Tensor.FLOAT, (long) i * d * 4, d);
        }
        return y;
    }

    static Tensor replaceRows(CpuScope f, Tensor x, long[] positions, Tensor source) {
        Tensor y = f.empty(x.dtype(), Signatures.replaceRows(x, positions, source));
        MemorySegment ys = y.segment();
        MemorySegment ss = source.segment();
        MemorySegment.copy(x.segment(), 0, ys, 0, x.byteSize());
        long row = x.dtype().bytes(x.dim(1));
        for (int i = 0; i < positions.length; i++) {
            MemorySegment.copy(ss, i * row, ys, positions[i] * row, row);
        }
        return y;
    }
}
