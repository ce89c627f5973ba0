package io.github.x2i4j.loader.weights;

import io.github.x2i4j.engine.Shape;
import java.nio.file.Path;

/**
 * What a weight file says of one tensor, without reading it.
 *
 * @param name as stored
 * @param dtype as the file spells it (such as {@code BF16}), which may be a type this version cannot compute with
 * @param shape outermost dimension first
 * @param file the file that holds it
 * @param offset byte offset of its data in that file, or -1 where the data is not contiguous
 * @param bytes size of its data
 */
public record TensorInfo(String name, String dtype, Shape shape, Path file, long offset, long bytes) {
}
