package io.github.x2i4j.app.verify;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Writes golden cases for tests. */
record CaseFolder(Path path) {
    static CaseFolder of(Path root, String component, String name, String json) throws IOException {
        Path folder = Files.createDirectories(root.resolve("cases").resolve(component).resolve(name));
        Files.writeString(folder.resolve("case.json"), json);
        return new CaseFolder(folder);
    }

    /** A safetensors file with one float32 tensor. */
    CaseFolder tensor(String file, String name, float[] values, long... dims) throws IOException {
        String shape = Arrays.stream(dims).mapToObj(Long::toString).collect(Collectors.joining(","));
        byte[] header = ("{\"" + name + "\":{\"dtype\":\"F32\",\"shape\":[" + shape + "],\"data_offsets\":[0,"
                + 4 * values.length + "]}}").getBytes(StandardCharsets.UTF_8);
        ByteBuffer b = ByteBuffer.allocate(8 + header.length + 4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        b.putLong(header.length).put(header);
        for (float v : values) {
            b.putFloat(v);
        }
        Files.write(path.resolve(file), b.array());
        return this;
    }

    CaseFolder expectedJson(String json) throws IOException {
        Files.writeString(path.resolve("expected.json"), json);
        return this;
    }
}
