package io.github.x2i4j.tools.make;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.HostStorage;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Weights;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Writes down which tensors a network asks for, so that names and shapes stand in the network's own code and nowhere else. What it
 * hands out has no content.
 */
final class Recorder implements Weights {
    private final Map<String, Shape> wanted;
    private final Map<String, Shape> known;
    private final Set<String> optional;
    private final String prefix;

    private Recorder(Map<String, Shape> wanted, Map<String, Shape> known, Set<String> optional, String prefix) {
        this.wanted = wanted;
        this.known = known;
        this.optional = optional;
        this.prefix = prefix;
    }

    /**
     * @param known shapes that a network reads from its file instead of a configuration
     * @param optional tensors that a network can do without and that are to be there
     */
    Recorder(Map<String, Shape> known, Set<String> optional) {
        this(new LinkedHashMap<>(), known, optional, "");
    }

    /** All tensors by name, in the order they were asked for. */
    Map<String, Shape> wanted() {
        return wanted;
    }

    @Override
    public Weights at(String path) {
        return new Recorder(wanted, known, optional, prefix + path + ".");
    }

    @Override
    public boolean has(String name) {
        return known.containsKey(prefix + name) || optional.contains(prefix + name);
    }

    @Override
    public int count(String path) {
        throw new UnsupportedOperationException("sizes are given, not told from tensors");
    }

    @Override
    public Path file() {
        return Path.of(prefix);
    }

    @Override
    public Shape shape(String name) {
        return known.get(prefix + name);
    }

    @Override
    public Tensor matrix(String name, long... shape) {
        Shape s = known.getOrDefault(prefix + name, null);
        if (s == null) {
            s = Shape.of(shape);
        }
        wanted.put(prefix + name, s);
        return new Tensor(DType.F32, s, HostStorage.absent(DType.F32.bytes(s.elements())), 0);
    }

    @Override
    public Tensor vector(String name, long... shape) {
        return matrix(name, shape);
    }

    @Override
    public void ignore(String namePrefix) {
        // what a network passes over is not made
    }

    @Override
    public void finish() {
        // nothing can be missing
    }
}
