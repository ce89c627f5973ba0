package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.HostStorage;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.ops.Signatures;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Ops that only move elements. */
final class GpuMovement {
    /** {@code MAX_RANK} of the sources. */
    private static final int MAX_RANK = 8;

    private GpuMovement() {
    }

    static Tensor concat(Gpu gpu, GpuScope f, int axis, Tensor... parts) {
        Shape shape = Signatures.concat(axis, parts);
        int a = shape.axis(axis);
        boolean narrow = Arrays.stream(parts).allMatch(Gpu::isNarrow);
        Tensor y = f.empty(parts[0].dtype(), shape, narrow);
        long outer = shape.product(0, a);
        DType stored = stored(y);
        long joined = stored.bytes(shape.product(a, shape.rank()));
        long at = 0;
        for (Tensor part : parts) {
            Tensor p = narrow ? part : gpu.wide(part);
            long run = stored.bytes(p.shape().product(a, p.rank()));
            copyRuns(gpu, gpu.place(y) + at, joined, gpu.place(p), run, run, outer);
            at += run;
        }
        return y;
    }

    /** The type of the elements that the device holds. */
    private static DType stored(Tensor t) {
        return Gpu.isNarrow(t) ? DType.BF16 : t.dtype();
    }

    static Tensor slice(Gpu gpu, GpuScope f, Tensor x, int axis, long from, long to) {
        Shape shape = Signatures.slice(x, axis, from, to);
        int a = shape.axis(axis);
        long outer = shape.product(0, a);
        if (outer == 1) {
            return new Tensor(x.dtype(), shape, x.storage(), x.byteOffset() + from * x.dtype().bytes(x.shape().product(a + 1, x.rank())));
        }
        Tensor y = f.empty(x.dtype(), shape, Gpu.isNarrow(x));
        long unit = stored(x).bytes(x.shape().product(a + 1, x.rank()));
        copyRuns(gpu, gpu.place(y), (to - from) * unit, gpu.place(x) + from * unit, x.dim(a) * unit, (to - from) * unit, outer);
        return y;
    }

    /** Copies {@code count} runs of bytes. */
    private static void copyRuns(Gpu gpu, long to, long toStep, long from, long fromStep, long run, long count) {
        if (run == 0 || count == 0) {
            return;
        }
        if (count == 1) {
            gpu.copy(to, from, run);
            return;
        }
        int size = commonSize(to | toStep | from | fromStep | run);
        // As many threads share a run as it has elements, but for the last of them.
        int shift = Math.clamp(Long.SIZE - Long.numberOfLeadingZeros(run / size - 1), 0, Integer.numberOfTrailingZeros(Kernels.THREADS));
        Grid grid = Grid.runs(Math.ceilDiv(run / size, 1L << shift), Math.ceilDiv(count, (long) Kernels.THREADS >> shift));
        gpu.launch("movement", "copy_runs_" + size, grid, a -> a.add(to).add(toStep / size).add(from)
                .add(fromStep / size).add(run / size).add(count).add(shift));
    }

    /** Largest size of an element, up to 16 bytes, that divides everything. */
    private static int commonSize(long all) {
        return (int) Math.min(16, Long.lowestOneBit(all));
    }

    static Tensor permute(Gpu gpu, GpuScope f, Tensor x, int... axes) {
        Tensor y = f.empty(x.dtype(), Signatures.permute(x, axes));
        if (axes.length > MAX_RANK) {
            throw Signatures.misfit("permute of more than " + MAX_RANK + " axes: " + x);
        }
        long[] layout = new long[2 * MAX_RANK];
        Arrays.fill(layout, 0, MAX_RANK, 1);
        for (int i = 0; i < axes.length; i++) {
            int a = x.shape().axis(axes[i]);
            int place = MAX_RANK - axes.length + i;
            layout[place] = x.dim(a);
            layout[MAX_RANK + place] = x.shape().product(a + 1, x.rank());
        }
        if (y.elements() > 0) {
            gpu.launch("movement", "permute_" + x.dtype().bytes(1), Grid.elements(y.elements()),
                    a -> a.add(gpu.address(x)).add(gpu.address(y)).add(y.elements()).add(layout));
        }
        return y;
    }

    static Tensor upsampleNearest2x(Gpu gpu, GpuScope f, Tensor x) {
        Tensor y = f.empty(DType.F32, Signatures.upsampleNearest2x(x));
        if (y.elements() > 0) {
            gpu.launch("movement", "upsample_nearest_2x", Grid.elements(y.elements()),
                    a -> a.add(gpu.address(x)).add(gpu.address(y)).add(x.dim(0) * x.dim(1)).add(x.dim(2)).add(x.dim(3)));
        }
        return y;
    }

    static Tensor gatherRows(Gpu gpu, GpuScope f, Tensor table, long[] ids) {
        Tensor y = f.empty(DType.F32, Signatures.gatherRows(table, ids));
        if (y.elements() > 0 && table.storage() instanceof HostStorage host && ids.length < table.dim(0)) {
            GpuElementwise.convert(gpu, gpu.rows(table, host, ids), table.dtype(), table.scale(), y.elements(), gpu.address(y), DType.F32);
        } else if (y.elements() > 0) {
            long rows = upload(gpu, ids);
            gpu.launch("convert", "gather_rows", Grid.rows(table.dim(1), ids.length), a -> a.add(gpu.address(table))
                    .add(table.dtype().ordinal()).add(table.scale()).add(rows).add(gpu.address(y)).add((long) ids.length).add(table.dim(1)));
        }
        return y;
    }

    static Tensor replaceRows(Gpu gpu, GpuScope f, Tensor x, long[] positions, Tensor source) {
        Tensor y = f.empty(x.dtype(), Signatures.replaceRows(x, positions, source));
        Signatures.f32("replaceRows", x);
        if (y.elements() > 0) {
            gpu.copy(gpu.address(y), gpu.address(x), x.byteSize());
        }
        if (source.elements() > 0) {
            long rows = upload(gpu, positions);
            gpu.launch("movement", "scatter_rows", Grid.elements(source.elements()), a -> a.add(gpu.address(y)).add(rows)
                    .add(gpu.address(source)).add((long) positions.length).add(x.dim(1)));
        }
        return y;
    }

    private static long upload(Gpu gpu, long[] values) {
        long copy = gpu.scratch((long) values.length * Long.BYTES);
        gpu.upload(copy, MemorySegment.ofArray(values));
        return copy;
    }
}
