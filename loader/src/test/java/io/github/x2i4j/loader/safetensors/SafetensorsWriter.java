package io.github.x2i4j.loader.safetensors;

import io.github.x2i4j.engine.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes safetensors files for tests, well-formed ones and others. */
public final class SafetensorsWriter {
    private final List<String> entries = new ArrayList<>();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    public SafetensorsWriter metadata(String key, String value) {
        entries.add("\"__metadata__\":{\"" + key + "\":\"" + value + "\"}");
        return this;
    }

    public SafetensorsWriter bytes(String name, String dtype, long[] shape, byte[] bytes) {
        entries.add("\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + Arrays.toString(shape) + ",\"data_offsets\":[" + data.size()
                + "," + (data.size() + bytes.length) + "]}");
        data.writeBytes(bytes);
        return this;
    }

    /** Values rounded to {@code dtype} (F64, F32, F16 or BF16, the latter cut off). */
    public SafetensorsWriter values(String name, DType dtype, long[] shape, double... values) {
        ByteBuffer b = ByteBuffer.allocate((int) dtype.bytes(values.length)).order(ByteOrder.LITTLE_ENDIAN);
        for (double v : values) {
            switch (dtype) {
                case F64 -> b.putDouble(v);
                case F32 -> b.putFloat((float) v);
                case F16 -> b.putShort(Float.floatToFloat16((float) v));
                case BF16 -> b.putShort((short) (Float.floatToIntBits((float) v) >>> 16));
                default -> throw new IllegalArgumentException(dtype.toString());
            }
        }
        return bytes(name, dtype.name(), shape, b.array());
    }

    public SafetensorsWriter floats(String name, long[] shape, double... values) {
        return values(name, DType.F32, shape, values);
    }

    public Path write(Path file) throws IOException {
        return raw(file, "{" + String.join(",", entries) + "}", data.toByteArray());
    }

    /** A file with any text as header. */
    public static Path raw(Path file, String header, byte[] data) throws IOException {
        return raw(file, header.getBytes(StandardCharsets.UTF_8), data);
    }

    public static Path raw(Path file, byte[] header, byte[] data) throws IOException {
        ByteBuffer b = ByteBuffer.allocate(8 + header.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        b.putLong(header.length).put(header).put(data);
        return Files.write(file, b.array());
    }
}
