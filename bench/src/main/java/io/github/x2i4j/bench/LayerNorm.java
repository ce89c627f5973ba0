package io.github.x2i4j.bench;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.measure.Workload;

/** LayerNorm of rows of FLUX's width. */
final class LayerNorm implements Workload {
    private static final int ROWS = 1365;
    private static final int N = 3072;
    private Tensor x;

    @Override
    public double flops() {
        return 0;
    }

    @Override
    public double bytes() {
        return 8.0 * ROWS * N;
    }

    @Override
    public void prepare(Scope f) {
        x = Workload.random(f, 1, ROWS, N);
    }

    @Override
    public Tensor run(Ops f) {
        return f.layerNorm(x, null, null, 1e-6f);
    }

    @Override
    public double expected(long index) {
        long row = index / N * N;
        double mean = 0;
        double square = 0;
        for (int i = 0; i < N; i++) {
            mean += x.getFloat(row + i) / (double) N;
        }
        for (int i = 0; i < N; i++) {
            square += Math.pow(x.getFloat(row + i) - mean, 2) / N;
        }
        return (x.getFloat(index) - mean) / Math.sqrt(square + 1e-6);
    }
}
