package io.github.x2i4j.app.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.TensorInfo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/** The small safetensors files of a case, read whole. */
final class CaseTensors implements Checkpoint {
    private final Path path;
    private final SortedMap<String, TensorInfo> infos = new TreeMap<>();
    private final byte[] bytes;

    CaseTensors(Path path) {
        this.path = path;
        try {
            bytes = Files.readAllBytes(path);
            int header = Math.toIntExact(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(0));
            JsonNode root = new ObjectMapper().readTree(bytes, 8, header);
            for (var e : root.properties()) {
                if (!e.getKey().equals("__metadata__")) {
                    long[] dims = new long[e.getValue().get("shape").size()];
                    for (int i = 0; i < dims.length; i++) {
                        dims[i] = e.getValue().get("shape").get(i).longValue();
                    }
                    long from = e.getValue().get("data_offsets").get(0).longValue();
                    long to = e.getValue().get("data_offsets").get(1).longValue();
                    infos.put(e.getKey(), new TensorInfo(e.getKey(), e.getValue().get("dtype").textValue(), Shape.of(dims), path,
                            8 + header + from, to - from));
                }
            }
        } catch (IOException | RuntimeException e) {
            throw new InvalidInputException(path + " is no readable safetensors file: " + e.getMessage(), e);
        }
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public SortedMap<String, TensorInfo> tensors() {
        return infos;
    }

    @Override
    public Tensor tensor(String name) {
        TensorInfo i = infos.get(name);
        return Tensor.of(MemorySegment.ofArray(bytes).asSlice(i.offset(), i.bytes()), DType.valueOf(i.dtype()),
                i.shape().toArray());
    }

    @Override
    public void close() {
    }
}
