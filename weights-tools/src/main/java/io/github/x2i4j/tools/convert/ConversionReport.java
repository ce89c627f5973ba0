package io.github.x2i4j.tools.convert;

import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.tools.compare.TensorDifference;
import java.nio.file.Path;
import java.util.List;

/**
 * What a conversion wrote and what it changed.
 *
 * @param output the file or folder
 * @param lines of each tensor, in the order written
 * @param total difference of all values of tensors whose type changed
 * @param sourceBytes size of the tensors read
 * @param bytes size of those written
 */
public record ConversionReport(Path output, List<Line> lines, TensorDifference total, long sourceBytes, long bytes) {
    /**
     * One tensor.
     *
     * @param from type it was stored in
     * @param to type it is written in
     * @param error what that changed; {@link TensorDifference#NONE} where the type stayed
     */
    public record Line(String name, Shape shape, String from, String to, TensorDifference error) {
    }
}
