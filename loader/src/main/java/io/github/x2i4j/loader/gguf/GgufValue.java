package io.github.x2i4j.loader.gguf;

import java.util.List;

/** A value of a GGUF file's metadata. */
public sealed interface GgufValue {
    /** A whole number; unsigned 64-bit ones above the largest long are refused by the reader. */
    record Whole(long value) implements GgufValue {
    }

    record Real(double value) implements GgufValue {
    }

    record Bool(boolean value) implements GgufValue {
    }

    record Text(String value) implements GgufValue {
    }

    /** A list of strings, such as a vocabulary. */
    record Texts(List<String> values) implements GgufValue {
    }

    /** A list of numbers (truth values are 1 and 0). */
    record Numbers(double[] values) implements GgufValue {
    }

    /** The value for people; lists by their length. */
    default String shown() {
        return switch (this) {
            case Whole w -> Long.toString(w.value);
            case Real r -> Double.toString(r.value);
            case Bool b -> Boolean.toString(b.value);
            case Text t -> t.value;
            case Texts t -> t.values.size() + " strings";
            case Numbers n -> n.values.length + " numbers";
        };
    }
}
