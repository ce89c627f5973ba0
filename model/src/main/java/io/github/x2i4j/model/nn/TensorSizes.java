package io.github.x2i4j.model.nn;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.loader.weights.Weights;

/** Sizes of a model that follow from its tensors, for files that come without configuration. */
public final class TensorSizes {
    private static final int MOST_LAYERS = 1000;
    private static final int LARGEST = 1 << 24;

    private final Weights w;
    private final String model;

    /**
     * @param model what the file is taken for, such as {@code a T5 text encoder}
     */
    public TensorSizes(Weights w, String model) {
        this.w = w;
        this.model = model;
    }

    /**
     * Size of an axis of a tensor.
     *
     * @throws InvalidInputException if the tensor is missing or has no such axis, or the size is 0 or beyond any model's
     */
    public int dim(String tensor, int axis) {
        Shape s = w.shape(tensor);
        if (s == null) {
            throw new InvalidInputException(w.file() + ": is taken for " + model + ", but lacks the tensor " + tensor
                    + ", which its sizes follow from; name a file with such a model");
        }
        if (axis >= s.rank() || s.dim(axis) < 1 || s.dim(axis) > LARGEST) {
            throw wrong("tensor " + tensor + " has the shape " + s + ", which no such model has");
        }
        return (int) s.dim(axis);
    }

    /** Number of layers {@code path.0, path.1 ..}. */
    public int layers(String path) {
        int n = w.count(path);
        if (n > MOST_LAYERS) {
            throw wrong("tensors of " + path + "." + (n - 1) + " are stored, expected at most " + MOST_LAYERS + " layers");
        }
        return n;
    }

    /** {@code total / part}. */
    public int quotient(String what, int total, int part) {
        if (total % part != 0) {
            throw wrong(what + ": " + part + " does not divide " + total);
        }
        return total / part;
    }

    /** The error for a file whose tensors do not make a model. */
    public InvalidInputException wrong(String problem) {
        return new InvalidInputException(w.file() + ": is taken for " + model + ", but " + problem);
    }
}
