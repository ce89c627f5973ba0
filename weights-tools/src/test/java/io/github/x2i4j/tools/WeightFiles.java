package io.github.x2i4j.tools;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.model.pipeline.Progress;
import io.github.x2i4j.tools.encode.FloatEncoder;
import io.github.x2i4j.tools.write.OutputPlace;
import io.github.x2i4j.tools.write.OutputTensor;
import io.github.x2i4j.tools.write.SafetensorsWriter;
import io.github.x2i4j.tools.write.WriteProgress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;

/** Small weight files for tests. */
public final class WeightFiles {
    private WeightFiles() {
    }

    /** A tensor of a floating-point type. */
    public static OutputTensor tensor(String name, DType dtype, IntToDoubleFunction values, long... dims) {
        Shape shape = Shape.of(dims);
        int n = (int) shape.elements();
        ByteBuffer bytes = ByteBuffer.allocate((int) dtype.bytes(n)).order(ByteOrder.LITTLE_ENDIAN);
        float[] floats = new float[n];
        for (int i = 0; i < n; i++) {
            floats[i] = (float) values.applyAsDouble(i);
            if (dtype == DType.F64) {
                bytes.putDouble(values.applyAsDouble(i));
            }
        }
        if (dtype != DType.F64) {
            FloatEncoder.of(dtype).encode(floats, 0, n, bytes);
        }
        return raw(name, dtype.name(), bytes.array(), dims);
    }

    /** A tensor of any type. */
    public static OutputTensor raw(String name, String dtype, byte[] bytes, long... dims) {
        return new OutputTensor(name, dtype, Shape.of(dims), bytes.length, sink -> sink.write(ByteBuffer.wrap(bytes)));
    }

    /** Writes a file. */
    public static Path write(Path file, OutputTensor... tensors) {
        List<OutputTensor> list = List.of(tensors);
        try (OutputPlace place = OutputPlace.file(file, true, List.of(), 0)) {
            SafetensorsWriter.write(place, null, list, new TreeMap<>(), new WriteProgress(Progress.NONE, "", 1));
            place.commit();
        }
        return file;
    }
}
