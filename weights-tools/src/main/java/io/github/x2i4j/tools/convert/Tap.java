package io.github.x2i4j.tools.convert;

import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Weights;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Passes on what a network asks for and writes it down: so a file's tensors are known under the network's names, as it would read them. */
final class Tap implements Weights {
    private final Weights source;
    private final String prefix;
    private final Map<String, Tensor> taken;

    private Tap(Weights source, String prefix, Map<String, Tensor> taken) {
        this.source = source;
        this.prefix = prefix;
        this.taken = taken;
    }

    Tap(Weights source) {
        this(source, "", new LinkedHashMap<>());
    }

    /** All tensors that were asked for, in that order. */
    Map<String, Tensor> taken() {
        return taken;
    }

    @Override
    public Weights at(String path) {
        return new Tap(source.at(path), prefix + path + ".", taken);
    }

    @Override
    public boolean has(String name) {
        return source.has(name);
    }

    @Override
    public Shape shape(String name) {
        return source.shape(name);
    }

    @Override
    public int count(String path) {
        return source.count(path);
    }

    @Override
    public Path file() {
        return source.file();
    }

    @Override
    public Tensor matrix(String name, long... shape) {
        Tensor t = source.matrix(name, shape);
        taken.put(prefix + name, t);
        return t;
    }

    /** Vectors are not widened: what a network does with them is not what is written. */
    @Override
    public Tensor vector(String name, long... shape) {
        return matrix(name, shape);
    }

    @Override
    public void ignore(String namePrefix) {
        source.ignore(namePrefix);
    }

    @Override
    public void finish() {
        source.finish();
    }
}
