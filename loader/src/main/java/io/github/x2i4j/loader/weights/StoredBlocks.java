package io.github.x2i4j.loader.weights;

import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.loader.files.InputFiles;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Block-quantised tensors in safetensors files, whose header knows no such types: they stand there as U8 with the bytes of a row as
 * last dimension, and the metadata says {@code x2i4j.blocks.NAME = Q4_K}. Blocks lie as in GGUF files.
 */
final class StoredBlocks {
    private static final String KEY = "x2i4j.blocks.";

    private StoredBlocks() {
    }

    /**
     * The tensors of a header with those that hold blocks as what they are.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException if the metadata speaks of a tensor or type that is not there, or whose bytes
     *     are no whole number of blocks
     */
    static SortedMap<String, TensorInfo> resolve(Path file, SortedMap<String, TensorInfo> tensors, SortedMap<String, String> metadata) {
        SortedMap<String, String> entries = metadata.tailMap(KEY);
        if (entries.isEmpty() || !entries.firstKey().startsWith(KEY)) {
            return tensors;
        }
        TreeMap<String, TensorInfo> resolved = new TreeMap<>(tensors);
        for (Map.Entry<String, String> e : entries.entrySet()) {
            if (!e.getKey().startsWith(KEY)) {
                break;
            }
            String name = e.getKey().substring(KEY.length());
            TensorInfo bytes = tensors.get(name);
            if (bytes == null) {
                throw InputFiles.wrong(file, "__metadata__ entry " + InputFiles.shown(e.getKey()) + " speaks of a tensor that is not there");
            }
            resolved.put(name, blocks(file, bytes, e.getValue()));
        }
        return Collections.unmodifiableSortedMap(resolved);
    }

    private static TensorInfo blocks(Path file, TensorInfo t, String typeName) {
        StoredType type;
        try {
            type = StoredType.valueOf(typeName);
        } catch (IllegalArgumentException e) {
            type = null;
        }
        String who = "tensor " + InputFiles.shown(t.name()) + " (byte " + t.offset() + ")";
        if (type == null || type.dtype() == null || type.dtype().blockElements() == 1) {
            throw InputFiles.wrong(file, who + " is said to hold blocks of the type " + InputFiles.shown(typeName) + ", which there is not");
        }
        int rank = t.shape().rank();
        if (!t.dtype().equals(StoredType.U8.name()) || rank == 0 || t.shape().dim(rank - 1) % type.dtype().blockBytes() != 0) {
            throw InputFiles.wrong(file, who + " is said to hold " + type + " blocks, but " + t.dtype() + " " + t.shape()
                    + " has no rows of a whole number of " + type.dtype().blockBytes() + " bytes");
        }
        long elements;
        Shape shape;
        try {
            elements = Math.multiplyExact(t.shape().dim(rank - 1) / type.dtype().blockBytes(), type.dtype().blockElements());
            shape = t.shape().with(rank - 1, elements);
        } catch (ArithmeticException e) {
            throw InputFiles.wrong(file, who + ": the size of " + type + " blocks in " + t.shape() + " is out of range");
        }
        return new TensorInfo(t.name(), type.name(), shape, t.file(), t.offset(), t.bytes());
    }
}
