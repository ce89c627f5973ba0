package io.github.x2i4j.app.verify;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a component computed, copied out of the engine's memory. */
public final class Outputs {
    /** A numeric output; {@code values} are exact for integers below 2^53. */
    public record Numbers(Shape shape, double[] values) {
    }

    private final Map<String, Numbers> numbers = new LinkedHashMap<>();
    private final Map<String, Object> json = new LinkedHashMap<>();

    /** Adds a tensor of any dtype; its values are copied. */
    public Outputs put(String name, Tensor t) {
        double[] v = new double[Math.toIntExact(t.elements())];
        for (int i = 0; i < v.length; i++) {
            v[i] = t.dtype() == DType.F64 ? t.segment().get(Tensor.DOUBLE, i * 8L)
                    : t.dtype().isFloat() ? t.getFloat(i) : t.getLong(i);
        }
        numbers.put(name, new Numbers(t.shape(), v));
        return this;
    }

    public Outputs put(String name, double[] values, long... dims) {
        numbers.put(name, new Numbers(Shape.of(dims), values));
        return this;
    }

    public Outputs put(String name, float[] values, long... dims) {
        double[] v = new double[values.length];
        for (int i = 0; i < v.length; i++) {
            v[i] = values[i];
        }
        return put(name, v, dims);
    }

    public Outputs put(String name, long[] values, long... dims) {
        double[] v = new double[values.length];
        for (int i = 0; i < v.length; i++) {
            v[i] = values[i];
        }
        return put(name, v, dims);
    }

    /** Adds an output that expected.json holds: strings, numbers, lists of them (java.util.List). */
    public Outputs putJson(String name, Object value) {
        json.put(name, value);
        return this;
    }

    public Map<String, Numbers> numbers() {
        return numbers;
    }

    public Map<String, Object> json() {
        return json;
    }
}
