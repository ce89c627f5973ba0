package io.github.x2i4j.engine.measure;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;

/**
 * {@code x Wt}, with one weight after the other: several make sure that a product of few rows finds its weight in memory and not in
 * a cache.
 */
public final class MatrixProduct implements Workload {
    private final int rows;
    private final int n;
    private final int k;
    private final DType dtype;
    private final Tensor[] weights;
    private final Placing placing;
    private Tensor x;

    /** Puts a weight where the product shall find it. */
    public interface Placing {
        /** Where weights lie in memory of their own. */
        Placing MEMORY = weight -> weight;

        /** The same numbers at their place. */
        Tensor place(Tensor weight);
    }

    /**
     * @param rows rows of x
     * @param n rows of a weight
     * @param k columns of a weight
     * @param dtype of the weights
     * @param count number of weights
     */
    public MatrixProduct(int rows, int n, int k, DType dtype, int count) {
        this(rows, n, k, dtype, count, Placing.MEMORY);
    }

    private MatrixProduct(int rows, int n, int k, DType dtype, int count, Placing placing) {
        this.rows = rows;
        this.n = n;
        this.k = k;
        this.dtype = dtype;
        this.placing = placing;
        weights = new Tensor[count];
    }

    /** One row times as many weights as fill {@code bytes}. */
    public static MatrixProduct vector(int n, int k, DType dtype, long bytes) {
        return vector(n, k, dtype, bytes, Placing.MEMORY);
    }

    /** {@link #vector(int, int, DType, long)} with weights at places of their own. */
    public static MatrixProduct vector(int n, int k, DType dtype, long bytes, Placing placing) {
        return new MatrixProduct(1, n, k, dtype, Math.toIntExact(Math.ceilDiv(bytes, dtype.bytes((long) n * k))), placing);
    }

    @Override
    public double flops() {
        return 2.0 * rows * n * k * weights.length;
    }

    @Override
    public double bytes() {
        return (4.0 * rows * (n + k) + dtype.bytes((long) n * k)) * weights.length;
    }

    @Override
    public void prepare(Scope f) {
        x = Workload.random(f, 1, rows, k);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = placing.place(Workload.random(f, dtype, 1, n, k));
        }
    }

    @Override
    public Tensor run(Ops f) {
        for (int i = 0; i < weights.length - 1; i++) {
            f.linear(x, weights[i], null);
        }
        return f.linear(x, weights[weights.length - 1], null);
    }

    @Override
    public double expected(long index) {
        Tensor row = x.row(index / n).onHost();
        Tensor column = weights[weights.length - 1].row(index % n).onHost();
        double sum = 0;
        for (long c = 0; c < k; c++) {
            sum += (double) row.getFloat(c) * column.getFloat(c);
        }
        return sum;
    }
}
