package io.github.x2i4j.engine.cpu;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.context.CpuContext;
import io.github.x2i4j.engine.gemm.BlockSink;
import io.github.x2i4j.engine.gemm.Gemm;
import io.github.x2i4j.engine.gemm.RowPacker;
import io.github.x2i4j.engine.gemm.Transpose;
import io.github.x2i4j.engine.kernel.RunKernels;
import io.github.x2i4j.engine.memory.Block;
import io.github.x2i4j.engine.ops.Signatures;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * {@code y = epilogue(x Wt + bias)}. Many rows go through {@link Gemm} as {@code W xT}, so that the weight, which is the larger
 * operand, is read as it lies. Few rows are bound by the bandwidth of the memory that holds the weight: it is read once, in place
 * where the format allows, and each piece multiplied with all rows of x.
 */
final class LinearOp {
    /** Up to so many rows of x, one product after the other beats a tile of which most columns are empty. */
    private static final int FEW_ROWS = 8;
    /** Weights for a task of the few-row path: enough that the memory's stream is seldom broken. */
    private static final int DOT_BYTES = 512 << 10;
    /**
     * Of rows that are copied before they are multiplied, this part of the second-level cache at a time: the processor fetches ahead of a
     * long copy only.
     */
    private static final int COPIED_SHARE = 4;
    /** Tasks of the few-row path for each thread, at least. */
    private static final int DOT_TASKS = 6;

    /** Elements of a row of x that are read at once: memory is read in long pieces. */
    private static final int PIECE = 1024;
    /** Elements of rows that are transposed at once: the result stays in the first-level cache. */
    private static final int TRANSPOSED = 128;

    private final CpuContext cpu;
    private final MemorySegment x;
    private final Tensor weight;
    private final float[] bias;
    private final Activation activation;
    private final RunStore output;
    private final long rowsPerGate;
    private final int k;
    private final long n;
    /** Whether few rows can be multiplied with weights as they lie in memory. */
    private final boolean inPlace;
    /** Between the few rows. */
    private final int distance;

    private LinearOp(CpuContext cpu, Tensor x, Tensor weight, Tensor bias, Epilogue epilogue, Tensor y) {
        this.cpu = cpu;
        this.x = x.segment();
        this.weight = weight;
        this.bias = Runs.floats(bias);
        activation = epilogue.activation();
        output = new RunStore(cpu, y, epilogue);
        rowsPerGate = y.rank() > 1 ? y.shape().product(1, y.rank() - 1) : 1;
        k = Math.toIntExact(weight.dim(1));
        n = weight.dim(0);
        inPlace = switch (weight.dtype()) {
            case F32, BF16, F16 -> weight.scale() == 1;
            default -> false;
        };
        distance = Math.ceilDiv(k, RunKernels.LANES) * RunKernels.LANES;
    }

    static Tensor run(CpuContext cpu, CpuScope f, Tensor x, Tensor weight, Tensor bias, Epilogue epilogue) {
        Shape out = Signatures.linear(x, weight, bias, epilogue);
        Tensor y = f.empty(DType.F32, out);
        long rows = out.product(0, out.rank() - 1);
        LinearOp op = new LinearOp(cpu, x, weight, bias, epilogue, y);
        if (rows <= FEW_ROWS) {
            op.fewRows((int) rows);
        } else {
            op.manyRows(rows);
        }
        return y;
    }

    private void manyRows(long rows) {
        Gemm.multiply(cpu, n, rows, k, () -> RowPacker.of(weight, cpu.runs()), this::pack, this::finish);
    }

    /** Transposes rows of x into a panel. */
    private void pack(long column, int columns, float[] to, int at, int width) {
        float[] rows = cpu.floats().take((long) width * PIECE);
        Arrays.fill(rows, columns * PIECE, width * PIECE, 0);
        for (int piece = 0; piece < k; piece += PIECE) {
            int length = Math.min(PIECE, k - piece);
            for (int j = 0; j < columns; j++) {
                Runs.load(x, (column + j) * k + piece, rows, j * PIECE, length);
            }
            for (int i = 0; i < length; i += TRANSPOSED) {
                Transpose.block(rows, i, PIECE, width, Math.min(TRANSPOSED, length - i), to, at + (piece + i) * width, width);
            }
        }
        cpu.floats().give(rows);
    }

    /** A {@link BlockSink} for blocks of {@code W xT}. */
    private void finish(float[] c, int stride, long row, int rows, long column, int columns) {
        RunKernels kernels = cpu.runs();
        for (int i = 0; i < rows; i++) {
            if (bias != null) {
                kernels.affine(c, i * stride, columns, 1, bias[(int) row + i]);
            }
            kernels.activate(activation, c, i * stride, columns);
        }
        float[] t = cpu.floats().take((long) rows * columns);
        Transpose.block(c, 0, stride, rows, columns, t, 0, rows);
        for (int j = 0; j < columns; j++) {
            output.store(t, j * rows, rows, (column + j) * n + row, (column + j) / rowsPerGate * n + row);
        }
        cpu.floats().give(t);
    }

    private void fewRows(int rows) {
        float[] xs = loadRows(rows);
        MemorySegment w = weight.segment();
        long rowBytes = weight.dtype().bytes(k);
        int block = (int) Math.clamp(Math.min(DOT_BYTES / rowBytes, n / (DOT_TASKS * cpu.workers().threads())), 1, DOT_BYTES);
        cpu.workers().parallelFor(Math.toIntExact(Math.ceilDiv(n, block)), task -> {
            RunKernels kernels = cpu.runs();
            long first = (long) task * block;
            int count = (int) Math.min(block, n - first);
            float[] z = cpu.floats().take((long) rows * block);
            if (inPlace && w.isMapped()) {
                copied(kernels, first, count, xs, rows, z, block);
            } else if (inPlace) {
                dotRows(kernels, w, first * rowBytes, count, xs, rows, z, 0, block);
            } else if (weight.dtype() == DType.Q8_0 && weight.scale() == 1) {
                bytes(kernels, first, count, xs, rows, z, block);
            } else {
                widened(kernels, first, count, xs, rows, z, block);
            }
            for (int r = 0; r < rows; r++) {
                if (bias != null) {
                    kernels.add(z, r * block, bias, (int) first, count);
                }
                kernels.activate(activation, z, r * block, count);
                output.store(z, r * block, count, r * n + first, r / rowsPerGate * n + first);
            }
            cpu.floats().give(z);
        });
        cpu.floats().give(xs);
    }

    /** Rows of x, {@link #distance} apart, in the order that the products take. */
    private float[] loadRows(int rows) {
        float[] xs = cpu.floats().take((long) rows * distance);
        boolean ordered = inPlace && weight.dtype() != DType.F32;
        float[] row = cpu.floats().take(k);
        for (int r = 0; r < rows; r++) {
            Runs.load(x, (long) r * k, row, k);
            for (int i = 0; i < k; i++) {
                xs[r * distance + (ordered ? RunKernels.place(i) : i)] = row[i];
            }
        }
        cpu.floats().give(row);
        return xs;
    }

    /**
     * Products with rows of a mapped file, each brought near first. Vectors are not loaded from the file itself: where it was cut short
     * the Java virtual machine makes an error of a plain access or a copy, but a vector's load ends the process.
     */
    private void copied(RunKernels kernels, long first, int count, float[] xs, int rows, float[] z, int block) {
        MemorySegment w = weight.segment();
        long rowBytes = weight.dtype().bytes(k);
        int some = (int) Math.clamp(cpu.caches().second() / COPIED_SHARE / rowBytes, 1, count);
        Block near = cpu.panels().acquire(some * rowBytes);
        try {
            for (int i = 0; i < count; i += some) {
                int n = Math.min(some, count - i);
                MemorySegment.copy(w, (first + i) * rowBytes, near.segment(), 0, n * rowBytes);
                dotRows(kernels, near.segment(), 0, n, xs, rows, z, i, block);
            }
        } finally {
            cpu.panels().release(near);
        }
    }

    private void dotRows(RunKernels kernels, MemorySegment w, long at, int count, float[] xs, int rows, float[] z, int zAt, int block) {
        long rowBytes = weight.dtype().bytes(k);
        for (int i = 0; i < count; i++) {
            for (int r = 0; r < rows; r++) {
                z[r * block + zAt + i] = kernels.dotRow(weight.dtype(), w, at + i * rowBytes, xs, r * distance, k);
            }
        }
    }

    /** Products with rows of Q8_0, which are decoded on the way. */
    private void bytes(RunKernels kernels, long first, int count, float[] xs, int rows, float[] z, int block) {
        byte[] row = new byte[Math.toIntExact(DType.Q8_0.bytes(k))];
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(weight.segment(), ValueLayout.JAVA_BYTE, (first + i) * row.length, row, 0, row.length);
            for (int r = 0; r < rows; r++) {
                z[r * block + i] = kernels.dotBytes(row, 0, k / DType.Q8_0.blockElements(), xs, r * distance);
            }
        }
    }

    private void widened(RunKernels kernels, long first, int count, float[] xs, int rows, float[] z, int block) {
        RowPacker packer = RowPacker.of(weight, kernels);
        float[] w = cpu.floats().take(k);
        for (int i = 0; i < count; i++) {
            packer.pack(first + i, 0, k, w, 0);
            for (int r = 0; r < rows; r++) {
                z[r * block + i] = kernels.dot(w, 0, xs, r * distance, k);
            }
        }
        cpu.floats().give(w);
    }
}
