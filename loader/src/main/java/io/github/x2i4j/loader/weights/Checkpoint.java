package io.github.x2i4j.loader.weights;

import io.github.x2i4j.engine.HostStorage;
import io.github.x2i4j.engine.Tensor;
import java.nio.file.Path;
import java.util.SortedMap;

/**
 * The named tensors of a model: a safetensors file, a folder of them (single or sharded by index.json), a GGUF or a PyTorch file.
 * Tensors are views of the mapped file and live until the checkpoint is closed. Safe for use by several threads.
 */
public interface Checkpoint extends AutoCloseable {
    /** The file or folder that was opened. */
    Path path();

    /** All tensors by stored name. */
    SortedMap<String, TensorInfo> tensors();

    /** The strings that the files carry beside the tensors, such as safetensors' {@code __metadata__} and GGUF's key-value pairs (lists by their length). */
    SortedMap<String, String> metadata();

    /**
     * One tensor, in the dtype it is stored in.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException if there is none of this name
     * @throws io.github.x2i4j.engine.UnsupportedFeatureException if its dtype cannot be computed with
     */
    Tensor tensor(String name);

    /** Memory for what is derived from the tensors (widened, narrowed); it lives until the checkpoint is closed. */
    HostStorage allocate(long bytes);

    @Override
    void close();
}
