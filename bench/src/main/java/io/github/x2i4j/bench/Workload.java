package io.github.x2i4j.bench;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import java.util.SplittableRandom;

/** An op on operands of one size, with the figures that its time is judged by, and a check of its result. */
interface Workload {
    /** Floating-point operations, or 0 where the op is bound by memory. */
    double flops();

    /** Bytes that must be read and written at least. */
    double bytes();

    /** Makes the operands. */
    void prepare(Scope f);

    Tensor run(Ops f);

    /** Element {@code index} of the result in double precision. */
    double expected(long index);

    /** Compares some elements with {@link #expected}. */
    default void check(Tensor y) {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 20; i++) {
            long index = random.nextLong(y.elements());
            double want = expected(index);
            double got = y.getFloat(index);
            if (!(Math.abs(got - want) <= 1e-4 * Math.max(1, Math.abs(want)))) {
                throw new IllegalStateException(this + " gives " + got + " instead of " + want + " as element " + index);
            }
        }
    }

    /** Evenly distributed between -1 and 1. */
    static Tensor random(Scope f, long... dims) {
        Tensor t = f.empty(DType.F32, dims);
        SplittableRandom random = new SplittableRandom(t.elements());
        var segment = t.segment();
        for (long i = 0; i < t.elements(); i++) {
            segment.set(Tensor.FLOAT, i * Float.BYTES, (float) random.nextDouble(-1, 1));
        }
        return t;
    }
}
