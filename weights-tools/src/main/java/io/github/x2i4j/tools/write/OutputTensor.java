package io.github.x2i4j.tools.write;

import io.github.x2i4j.engine.Shape;
import java.io.IOException;

/**
 * A tensor that is to be written: all that a header says of it, and where its bytes come from.
 *
 * @param name as it will be stored
 * @param dtype as weight files spell it, such as {@code BF16}
 * @param shape outermost dimension first
 * @param bytes size of its data
 * @param content gives the data when its turn comes
 */
public record OutputTensor(String name, String dtype, Shape shape, long bytes, Content content) {
    /** Gives a tensor's bytes in order; asked once. */
    @FunctionalInterface
    public interface Content {
        void writeTo(ByteSink sink) throws IOException;
    }

    /** The same under another name. */
    public OutputTensor named(String other) {
        return new OutputTensor(other, dtype, shape, bytes, content);
    }
}
