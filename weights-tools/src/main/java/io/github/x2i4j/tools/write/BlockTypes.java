package io.github.x2i4j.tools.write;

import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.loader.weights.StoredType;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How block-quantised tensors stand in safetensors, whose header knows no such types: the blocks as GGUF lays them out, as U8 with
 * the bytes of a row as last dimension, and the type in the metadata.
 */
public final class BlockTypes {
    /** {@code KEY + name} is the metadata entry that holds the type of the tensor {@code name}, such as {@code Q4_K}. */
    public static final String KEY = "x2i4j.blocks.";

    private BlockTypes() {
    }

    /** The tensor as safetensors can name it. */
    static OutputTensor stored(OutputTensor t) {
        if (StoredType.byName(t.dtype()) != null) {
            return t;
        }
        long[] dims = t.shape().toArray();
        int last = dims.length - 1;
        dims[last] = dims[last] == 0 ? 0 : t.bytes() / (t.shape().elements() / dims[last]);
        return new OutputTensor(t.name(), StoredType.U8.name(), Shape.of(dims), t.bytes(), t.content());
    }

    /** Metadata of a file with these tensors: the entries of their types, and none that were there before. */
    static SortedMap<String, String> metadata(List<OutputTensor> tensors, SortedMap<String, String> others) {
        SortedMap<String, String> metadata = new TreeMap<>(others);
        metadata.keySet().removeIf(key -> key.startsWith(KEY));
        tensors.stream().filter(t -> StoredType.byName(t.dtype()) == null).forEach(t -> metadata.put(KEY + t.name(), t.dtype()));
        return metadata;
    }
}
