package io.github.x2i4j.loader.weights;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A tensor that walks through the elements of a file with strides, as PyTorch saves transposed, sliced and shared tensors.
 *
 * @param type element type
 * @param shape outermost dimension first
 * @param strides elements from one index of an axis to the next
 * @param offset byte of the file at which the first element lies
 */
public record StridedView(StoredType type, Shape shape, long[] strides, long offset) {
    /**
     * A view of {@code elements} elements that begin at byte {@code start} of the file, from element {@code first} on.
     *
     * @throws IllegalArgumentException if it leaves those elements
     * @throws ArithmeticException if a size does not fit a long
     */
    public static StridedView of(StoredType type, long[] shape, long[] strides, long start, long elements, long first) {
        long last = first;
        boolean empty = false;
        long product = 1;
        for (int i = 0; i < shape.length; i++) {
            if (shape[i] == 0) {
                empty = true;
            } else {
                product = Math.multiplyExact(product, shape[i]);
                last = Math.addExact(last, Math.multiplyExact(shape[i] - 1, strides[i]));
            }
        }
        Math.multiplyExact(product, 8); // bytes fit a long too
        if (first > elements || !empty && last >= elements) {
            throw new IllegalArgumentException("shape " + Arrays.toString(shape) + " with strides " + Arrays.toString(strides) + " from element "
                    + first + " reaches element " + last + " of a storage with " + elements);
        }
        return new StridedView(type, Shape.of(shape), strides.clone(), start + type.bytes(first));
    }

    /** True if the elements lie row-major without gaps. */
    public boolean contiguous() {
        long step = 1;
        for (int i = shape.rank() - 1; i >= 0; i--) {
            if (shape.dim(i) != 1 && strides[i] != step) {
                return shape.elements() == 0;
            }
            step *= shape.dim(i);
        }
        return true;
    }

    /** Bytes of all elements. */
    public long bytes() {
        return type.bytes(shape.elements());
    }

    /** Writes the elements row-major to {@code to}. */
    void gather(MemorySegment file, MemorySegment to) {
        DType dtype = type.dtype();
        long item = dtype.bytes(1);
        int rank = shape.rank();
        long[] index = new long[rank];
        long from = offset;
        for (long i = 0; i < shape.elements(); i++) {
            MemorySegment.copy(file, from, to, i * item, item);
            for (int axis = rank - 1; axis >= 0; axis--) {
                from += strides[axis] * item;
                if (++index[axis] < shape.dim(axis)) {
                    break;
                }
                from -= strides[axis] * item * shape.dim(axis);
                index[axis] = 0;
            }
        }
    }
}
