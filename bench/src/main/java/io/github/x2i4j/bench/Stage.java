package io.github.x2i4j.bench;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.EngineOptions.KernelChoice;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.measure.Workload;

/**
 * Part of a model at its real width. Its result cannot be had in double precision in reasonable time, so the check runs the same
 * weights on a small input, on the kernels that are measured and on plain loops.
 */
abstract class Stage implements Workload {
    private Tensor small;

    /** Runs the weights on an input so small that plain loops take seconds. */
    abstract Tensor runSmall(Ops f);

    @Override
    public final double check(Tensor y, double bound) {
        Tensor result = y.onHost();
        for (long i = 0; i < y.elements(); i += Math.max(1, y.elements() / 1000)) {
            if (!Float.isFinite(result.getFloat(i))) {
                throw new IllegalStateException("element " + i + " is " + result.getFloat(i));
            }
        }
        try (Engine scalar = Engine.open(new EngineOptions(KernelChoice.SCALAR, 0, 0)); Scope f = scalar.scope()) {
            return difference(small.onHost(), runSmall(f), bound);
        }
    }

    /**
     * Runs the weights on the small input elsewhere and compares.
     *
     * @return the largest error of an element, relative to the larger of it and 1
     */
    final double check(Ops elsewhere, double bound) {
        return difference(runSmall(elsewhere).onHost(), small.onHost(), bound);
    }

    private static double difference(Tensor got, Tensor want, double bound) {
        double worst = 0;
        for (long i = 0; i < want.elements(); i++) {
            double error = Math.abs(got.getFloat(i) - want.getFloat(i)) / Math.max(1, Math.abs(want.getFloat(i)));
            if (!(error <= bound)) {
                throw new IllegalStateException("on a small input it gives " + got.getFloat(i) + " instead of " + want.getFloat(i)
                        + " as element " + i);
            }
            worst = Math.max(worst, error);
        }
        return worst;
    }

    /** Binds the weights and makes the input. */
    abstract void bind(Scope f);

    @Override
    public final void prepare(Scope f) {
        bind(f);
        try (Scope g = f.scope()) {
            small = g.escape(runSmall(g));
        }
    }

    @Override
    public final double expected(long index) {
        throw new UnsupportedOperationException("a stage is checked as a whole");
    }
}
