package io.github.x2i4j.tools.write;

/**
 * How block-quantised tensors stand in safetensors, whose header knows no such types: the blocks as GGUF lays them out, as U8 with
 * the bytes of a row as last dimension, and the type in the metadata.
 */
public final class BlockTypes {
    /** {@code KEY + name} is the metadata entry that holds the type of the tensor {@code name}, such as {@code Q4_K}. */
    public static final String KEY = "x2i4j.blocks.";

    private BlockTypes() {
    }
}
