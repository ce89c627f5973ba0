package io.github.x2i4j.bench;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.measure.Workload;

/** An activation of every element of a large tensor. */
final class Elementwise implements Workload {
    private static final int ELEMENTS = 1 << 22;
    private final Activation activation;
    private Tensor x;

    Elementwise(Activation activation) {
        this.activation = activation;
    }

    @Override
    public double flops() {
        return 0;
    }

    @Override
    public double bytes() {
        return 8.0 * ELEMENTS;
    }

    @Override
    public void prepare(Scope f) {
        x = Workload.random(f, 1, ELEMENTS);
    }

    @Override
    public Tensor run(Ops f) {
        return f.activation(x, activation);
    }

    @Override
    public double expected(long index) {
        double z = x.getFloat(index);
        return switch (activation) {
            case SILU -> z / (1 + Math.exp(-z));
            case GELU -> z * normal(z);
            default -> z;
        };
    }

    /** Normal distribution by its power series. */
    private static double normal(double z) {
        double term = z;
        double sum = z;
        for (int n = 1; n < 50; n++) {
            term *= z * z / (2 * n + 1);
            sum += term;
        }
        return 0.5 + Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) * sum;
    }
}
