package io.github.x2i4j.model.nn;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Weights;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.IntToDoubleFunction;
import java.util.function.UnaryOperator;

/**
 * Weights without a file: what was put is found, everything else is drawn at random (the same values for the same name) or, with
 * {@link #only}, is missing.
 */
public final class FakeWeights implements Weights {
    private final Map<String, Tensor> tensors;
    private final TreeSet<String> missing;
    private final String prefix;
    private final boolean random;

    private FakeWeights(Map<String, Tensor> tensors, TreeSet<String> missing, String prefix, boolean random) {
        this.tensors = tensors;
        this.missing = missing;
        this.prefix = prefix;
        this.random = random;
    }

    /** Every tensor that is asked for exists. */
    public static FakeWeights random() {
        return new FakeWeights(new HashMap<>(), new TreeSet<>(), "", true);
    }

    /** Only what is put exists. */
    public static FakeWeights only() {
        return new FakeWeights(new HashMap<>(), new TreeSet<>(), "", false);
    }

    public FakeWeights put(String name, float[] values, long... dims) {
        tensors.put(name, Tensor.of(MemorySegment.ofArray(values), DType.F32, dims));
        return this;
    }

    /** Changes the values of all tensors whose name ends with {@code suffix}, drawn or put so far. */
    public FakeWeights change(String suffix, UnaryOperator<float[]> values) {
        tensors.replaceAll((name, t) -> name.endsWith(suffix)
                ? Tensor.of(MemorySegment.ofArray(values.apply(t.toFloats())), DType.F32, t.shape().toArray()) : t);
        return this;
    }

    @Override
    public Weights at(String path) {
        return new FakeWeights(tensors, missing, prefix + path + ".", random);
    }

    @Override
    public boolean has(String name) {
        return tensors.containsKey(prefix + name);
    }

    @Override
    public int count(String path) {
        String start = prefix + path + ".";
        return tensors.keySet().stream().filter(n -> n.startsWith(start)).map(n -> n.substring(start.length()).split("\\.")[0])
                .filter(n -> n.matches("[0-9]+")).mapToInt(n -> Integer.parseInt(n) + 1).max().orElse(0);
    }

    @Override
    public Path file() {
        return Path.of("fake");
    }

    @Override
    public Shape shape(String name) {
        Tensor t = tensors.get(prefix + name);
        return t == null ? null : t.shape();
    }

    @Override
    public Tensor matrix(String name, long... shape) {
        String full = prefix + name;
        Tensor t = tensors.get(full);
        if (t != null) {
            return t;
        }
        if (!random) {
            missing.add(full);
            return Tensor.of(MemorySegment.ofArray(new float[0]), DType.F32, 0);
        }
        float[] values = new float[Math.toIntExact(Shape.of(shape).elements())];
        Random r = new Random(full.hashCode());
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) r.nextGaussian() * 0.3f;
        }
        put(full, values, shape);
        return tensors.get(full);
    }

    @Override
    public Tensor vector(String name, long... shape) {
        return matrix(name, shape);
    }

    @Override
    public void ignore(String namePrefix) {
    }

    @Override
    public void finish() {
        if (!missing.isEmpty()) {
            throw new AssertionError("missing " + missing);
        }
    }

    /** {@code n} values by index. */
    public static float[] values(int n, IntToDoubleFunction f) {
        float[] v = new float[n];
        for (int i = 0; i < n; i++) {
            v[i] = (float) f.applyAsDouble(i);
        }
        return v;
    }
}
