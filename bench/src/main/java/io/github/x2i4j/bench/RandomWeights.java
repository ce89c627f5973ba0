package io.github.x2i4j.bench;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.measure.Workload;
import io.github.x2i4j.loader.weights.Weights;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Weights that a model asks for, made up in memory: matrices of a variance that keeps activations near one, vectors (biases, weights of
 * norms) near one.
 *
 * @param f owner of the tensors
 * @param dtype of the matrices
 */
record RandomWeights(Scope f, DType dtype) implements Weights {
    @Override
    public Weights at(String path) {
        return this;
    }

    @Override
    public boolean has(String name) {
        return true;
    }

    @Override
    public int count(String path) {
        throw new UnsupportedOperationException("sizes are given, not told from tensors");
    }

    @Override
    public Path file() {
        return Path.of("random");
    }

    @Override
    public Shape shape(String name) {
        return null;
    }

    @Override
    public Tensor matrix(String name, long... shape) {
        double inputs = Arrays.stream(shape).skip(1).reduce(1, (a, b) -> a * b);
        return Workload.random(f, dtype, Math.sqrt(3 / inputs), shape);
    }

    @Override
    public Tensor vector(String name, long... shape) {
        Tensor t = Workload.random(f, 0.1, shape);
        return f.escape(name.endsWith("weight") ? f.affine(t, 1, 1) : t);
    }

    @Override
    public void ignore(String prefix) {
    }

    @Override
    public void finish() {
    }
}
