package io.github.x2i4j.engine.cpu;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Tensor;
import java.util.function.Supplier;

/** Checks of operands, before anything is computed. */
final class Checks {
    private Checks() {
    }

    static void that(boolean condition, Supplier<String> message) {
        if (!condition) {
            throw new IllegalArgumentException(message.get());
        }
    }

    static void f32(String op, Tensor t) {
        that(t.dtype() == DType.F32 && t.scale() == 1, () -> op + " needs F32, not " + t);
    }

    static void rank(String op, Tensor t, int rank) {
        that(t.rank() == rank, () -> op + " needs rank " + rank + ", not " + t);
    }

    /** An F32 tensor of exactly these dimensions, or null. */
    static void shape(String op, String name, Tensor t, long... dims) {
        if (t != null) {
            f32(op, t);
            that(java.util.Arrays.equals(t.shape().toArray(), dims),
                    () -> op + ": " + name + " is " + t + " but must be " + java.util.Arrays.toString(dims));
        }
    }

    static void sameShape(String op, Tensor a, Tensor b) {
        that(a.shape().equals(b.shape()), () -> op + ": shapes differ, " + a + " and " + b);
    }
}
