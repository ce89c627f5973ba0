package io.github.x2i4j.engine.measure;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/** Work on operands of one size, with the figures that its time is judged by, and a check of its result. */
public interface Workload {
    /** Floating-point operations, or 0 where the work is bound by memory. */
    double flops();

    /** Bytes that must be read and written at least. */
    double bytes();

    /** Makes the operands, which belong to {@code f}. */
    void prepare(Scope f);

    /** Does the work. */
    Tensor run(Ops f);

    /** Does the work to its end: a device may compute long after it was told to. */
    default void runToEnd(Scope operands) {
        try (Scope f = operands.scope()) {
            Tensor y = run(f);
            y.reshape(y.elements()).rows(y.elements() - 1, y.elements()).getFloat(0);
        }
    }

    /** Element {@code index} of the result in double precision. */
    double expected(long index);

    /** Largest error of an element, relative to the larger of it and 1, that {@link #check} lets pass. */
    default double tolerance() {
        return 1e-4;
    }

    /**
     * Compares some elements with {@link #expected}.
     *
     * @return the largest error that was found, relative to the larger of the element and 1
     * @throws IllegalStateException if it is above {@link #tolerance}
     */
    default double check(Tensor y) {
        return check(y, tolerance());
    }

    /** The {@link #tolerance} of engines whose products have BF16 factors: what rounding those of thousands of products costs. */
    double BF16_TOLERANCE = 0.2;

    /** {@link #check(Tensor)} for an engine of that precision. */
    default double check(Tensor y, Precision precision) {
        return check(y, precision == Precision.F32 ? tolerance() : BF16_TOLERANCE);
    }

    /** As {@link #check(Tensor)}, with a bound of its own. */
    default double check(Tensor y, double bound) {
        SplittableRandom random = new SplittableRandom(7);
        double worst = 0;
        Tensor result = y.onHost();
        for (int i = 0; i < 20; i++) {
            long index = random.nextLong(y.elements());
            double want = expected(index);
            double got = result.getFloat(index);
            double error = Math.abs(got - want) / Math.max(1, Math.abs(want));
            if (!(error <= bound)) {
                throw new IllegalStateException(this + " gives " + got + " instead of " + want + " as element " + index);
            }
            worst = Math.max(worst, error);
        }
        return worst;
    }

    /** Random bytes of which none has bit 6: so no F16 among them is infinite. On the host, where weights lie, whatever computes. */
    private static Tensor randomBlocks(DType dtype, long... dims) {
        long elements = Shape.of(dims).elements();
        MemorySegment segment = Arena.ofAuto().allocate(dtype.bytes(elements), Long.BYTES);
        byte[] piece = new byte[1 << 16];
        SplittableRandom random = new SplittableRandom(elements);
        for (long at = 0; at < segment.byteSize(); at += piece.length) {
            random.nextBytes(piece);
            for (int i = 0; i < piece.length; i++) {
                piece[i] &= (byte) 0xBF;
            }
            MemorySegment.copy(piece, 0, segment, ValueLayout.JAVA_BYTE, at, (int) Math.min(piece.length, segment.byteSize() - at));
        }
        return Tensor.of(segment, dtype, dims);
    }

    /** F32, evenly distributed between {@code -bound} and {@code bound}. */
    static Tensor random(Scope f, double bound, long... dims) {
        float[] values = new float[Math.toIntExact(Shape.of(dims).elements())];
        long state = values.length;
        for (int i = 0; i < values.length; i++) {
            state = state * 0x5851F42D4C957F2DL + 0x14057B7EF767814FL;
            values[i] = (float) ((state >> 40) * 0x1p-23 * bound);
        }
        return f.floats(values, dims);
    }

    /** {@link #random(Scope, double, long...)}, rounded to {@code dtype}; any numbers, whatever the bound, where that is stored in blocks. */
    static Tensor random(Scope f, DType dtype, double bound, long... dims) {
        if (dtype.blockElements() > 1) {
            return randomBlocks(dtype, dims);
        }
        try (Scope g = f.scope()) {
            Tensor t = random(g, bound, dims);
            return g.escape(dtype == DType.F32 ? t : g.cast(t, dtype));
        }
    }
}
