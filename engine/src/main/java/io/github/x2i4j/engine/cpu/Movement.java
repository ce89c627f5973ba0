package io.github.x2i4j.engine.cpu;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.context.CpuContext;
import io.github.x2i4j.engine.gemm.RowPacker;
import java.lang.foreign.MemorySegment;

/** Ops that only move elements. Joining, cutting and permuting work on plain types of any kind. */
final class Movement {
    private Movement() {
    }

    static Tensor concat(CpuScope f, int axis, Tensor... parts) {
        Checks.that(parts.length > 0, () -> "concat of nothing");
        Tensor first = parts[0];
        int a = first.shape().axis(axis);
        long joined = 0;
        for (Tensor p : parts) {
            Checks.that(p.dtype() == first.dtype() && p.scale() == 1 && p.rank() == first.rank()
                    && p.shape().with(a, 0).equals(first.shape().with(a, 0)),
                    () -> "concat on axis " + axis + ": " + p + " does not fit " + first);
            joined += p.dim(a);
        }
        Tensor y = f.empty(first.dtype(), first.shape().with(a, joined));
        MemorySegment ys = y.segment();
        long outer = first.shape().product(0, a);
        long unit = first.dtype().bytes(first.shape().product(a + 1, first.rank()));
        long at = 0;
        for (Tensor p : parts) {
            long run = p.dim(a) * unit;
            MemorySegment ps = p.segment();
            for (long o = 0; o < outer; o++) {
                MemorySegment.copy(ps, o * run, ys, o * joined * unit + at, run);
            }
            at += run;
        }
        return y;
    }

    static Tensor slice(CpuScope f, Tensor x, int axis, long from, long to) {
        int a = x.shape().axis(axis);
        Checks.that(x.scale() == 1, () -> "slice needs plain values, not the scaled " + x);
        Checks.that(0 <= from && from <= to && to <= x.dim(a),
                () -> "slice " + from + " to " + to + " of axis " + axis + " of " + x);
        long outer = x.shape().product(0, a);
        if (outer == 1) {
            return view(x, a, from, to);
        }
        Tensor y = f.empty(x.dtype(), x.shape().with(a, to - from));
        long unit = x.dtype().bytes(x.shape().product(a + 1, x.rank()));
        MemorySegment xs = x.segment();
        MemorySegment ys = y.segment();
        long run = (to - from) * unit;
        for (long o = 0; o < outer; o++) {
            MemorySegment.copy(xs, (o * x.dim(a) + from) * unit, ys, o * run, run);
        }
        return y;
    }

    private static Tensor view(Tensor x, int axis, long from, long to) {
        long unit = x.dtype().bytes(x.shape().product(axis + 1, x.rank()));
        return new Tensor(x.dtype(), x.shape().with(axis, to - from), x.storage(), x.byteOffset() + from * unit);
    }

    static Tensor permute(CpuContext cpu, CpuScope f, Tensor x, int... axes) {
        int rank = x.rank();
        long[] dims = new long[rank];
        long[] strides = new long[rank];
        int[] order = new int[rank];
        boolean[] seen = new boolean[rank];
        Checks.that(axes.length == rank, () -> "permute: " + axes.length + " axes for " + x);
        for (int i = 0; i < rank; i++) {
            int a = x.shape().axis(axes[i]);
            Checks.that(!seen[a], () -> "permute: axis " + a + " of " + x + " appears twice");
            seen[a] = true;
            order[i] = a;
            dims[i] = x.dim(a);
            strides[i] = x.shape().product(a + 1, rank);
        }
        Checks.that(x.dtype().blockElements() == 1, () -> "permute needs a plain type, not " + x);
        Checks.that(x.scale() == 1, () -> "permute needs plain values, not the scaled " + x);
        Tensor y = f.empty(x.dtype(), Shape.of(dims));
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
        Checks.f32("upsampleNearest2x", x);
        Checks.rank("upsampleNearest2x", x, 4);
        long w = x.dim(3);
        Tensor y = f.empty(DType.F32, x.dim(0), x.dim(1), x.dim(2) * 2, w * 2);
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
        Checks.rank("gatherRows", table, 2);
        Checks.that(table.dtype().isFloat(), () -> "gatherRows needs a floating-point table, not " + table);
        int d = Math.toIntExact(table.dim(1));
        Tensor y = f.empty(DType.F32, ids.length, d);
        MemorySegment ys = y.segment();
        RowPacker packer = RowPacker.of(table, cpu.runs());
        float[] row = new float[d];
        for (int i = 0; i < ids.length; i++) {
            long id = ids[i];
            Checks.that(id >= 0 && id < table.dim(0), () -> "gatherRows: row " + id + " of " + table);
            packer.pack(id, 0, d, row, 0);
            MemorySegment.copy(row, 0, ys, Tensor.FLOAT, (long) i * d * 4, d);
        }
        return y;
    }

    static Tensor replaceRows(CpuScope f, Tensor x, long[] positions, Tensor source) {
        Checks.rank("replaceRows", x, 2);
        Checks.that(source.dtype() == x.dtype() && source.scale() == 1 && x.scale() == 1 && source.rank() == 2 && source.dim(0) == positions.length && source.dim(1) == x.dim(1),
                () -> "replaceRows: " + positions.length + " rows of " + source + " into " + x);
        Tensor y = f.empty(x.dtype(), x.shape());
        MemorySegment ys = y.segment();
        MemorySegment ss = source.segment();
        MemorySegment.copy(x.segment(), 0, ys, 0, x.byteSize());
        long row = x.dtype().bytes(x.dim(1));
        for (int i = 0; i < positions.length; i++) {
            long p = positions[i];
            Checks.that(p >= 0 && p < x.dim(0), () -> "replaceRows: row " + p + " of " + x);
            MemorySegment.copy(ss, i * row, ys, p * row, row);
        }
        return y;
    }
}
