package io.github.x2i4j.loader.weights;

import io.github.x2i4j.engine.Tensor;

/**
 * Binds the tensors of a checkpoint to the fields of a model. A binder is scoped by a path, so that a model names each of its
 * tensors once, at the field it fills: {@code w.at("transformer_blocks", 3).at("attn.to_q").matrix("weight", 3072, 3072)}.
 *
 * <p>Nothing is thrown while binding: a missing or misshaped tensor is noted and a placeholder that cannot be read is returned,
 * so that {@link #finish()} can name all problems at once.
 */
public interface Weights {
    /** The binder below {@code path}: its names are prefixed with {@code path + "."}. */
    Weights at(String path);

    /** The binder below {@code path.index}. */
    default Weights at(String path, int index) {
        return at(path + "." + index);
    }

    /** True if the checkpoint holds this tensor. */
    boolean has(String name);

    /** Shape of a stored tensor, or null if there is none of this name: for sizes that follow from the file. */
    io.github.x2i4j.engine.Shape shape(String name);

    /** How many of {@code path.0, path.1 ..} there are: one more than the largest number of which a tensor is stored. */
    int count(String path);

    /** The file or folder of the checkpoint, for messages. */
    java.nio.file.Path file();

    /** A tensor as stored (F32, F16, BF16, fp8, block-quantised; F64 is narrowed to F32), a view of the file wherever possible. -1 matches any size. */
    Tensor matrix(String name, long... shape);

    /** A small tensor (bias, norm weight, table of scales) widened to F32. */
    Tensor vector(String name, long... shape);

    /** {@link #vector} if the checkpoint holds it, otherwise null. */
    default Tensor vectorOrNull(String name, long... shape) {
        return has(name) ? vector(name, shape) : null;
    }

    /** Says that tensors whose name starts with {@code prefix} (below this binder's path) are known and not needed. */
    void ignore(String prefix);

    /**
     * Ends the binding of the whole checkpoint: all problems are reported in one error; tensors that nobody asked for are one
     * warning with their count and first names.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException naming every missing and misshaped tensor and the file
     */
    void finish();
}
