package io.github.x2i4j.engine;

import java.util.Arrays;

/** Dimensions of a tensor, outermost first. Immutable. A scalar has rank 0 and one element. */
public final class Shape {
    private final long[] dims;
    private final long elements;

    private Shape(long[] dims) {
        long product = 1;
        boolean empty = false;
        for (long d : dims) {
            if (d < 0) {
                throw new IllegalArgumentException("negative dimension in " + Arrays.toString(dims));
            }
            empty |= d == 0;
        }
        if (!empty) {
            for (long d : dims) {
                product = Math.multiplyExact(product, d);
            }
        }
        this.dims = dims;
        this.elements = empty ? 0 : product;
    }

    /**
     * @throws IllegalArgumentException if a dimension is negative
     * @throws ArithmeticException if the number of elements does not fit a long
     */
    public static Shape of(long... dims) {
        return new Shape(dims.clone());
    }

    public int rank() {
        return dims.length;
    }

    /** Size of an axis; negative axes count from the end. */
    public long dim(int axis) {
        return dims[axis(axis)];
    }

    /** The non-negative number of an axis that may be given from the end. */
    public int axis(int axis) {
        int a = axis < 0 ? axis + dims.length : axis;
        if (a < 0 || a >= dims.length) {
            throw new IndexOutOfBoundsException("axis " + axis + " of " + this);
        }
        return a;
    }

    /** Number of elements. */
    public long elements() {
        return elements;
    }

    /** Product of the dimensions {@code from} (inclusive) to {@code to} (exclusive). */
    public long product(int from, int to) {
        long p = 1;
        for (int i = from; i < to; i++) {
            p *= dims[i];
        }
        return p;
    }

    /** This shape with one axis replaced. */
    public Shape with(int axis, long size) {
        long[] d = dims.clone();
        d[axis(axis)] = size;
        return new Shape(d);
    }

    public long[] toArray() {
        return dims.clone();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Shape s && Arrays.equals(dims, s.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** Such as {@code [1, 77, 768]}. */
    @Override
    public String toString() {
        return Arrays.toString(dims);
    }
}
