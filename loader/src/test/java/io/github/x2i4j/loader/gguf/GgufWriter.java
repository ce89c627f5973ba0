package io.github.x2i4j.loader.gguf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes GGUF files for tests, well-formed ones and others. */
public final class GgufWriter {
    private int magic = 0x46554747;
    private int version = 3;
    private Long tensorCount;
    private Long entryCount;
    private int alignment = 32;
    private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
    private final ByteArrayOutputStream infos = new ByteArrayOutputStream();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private final List<String> names = new ArrayList<>();
    private int entryNumber;

    public GgufWriter magic(int m) {
        magic = m;
        return this;
    }

    public GgufWriter version(int v) {
        version = v;
        return this;
    }

    public GgufWriter counts(Long tensors, Long metadata) {
        tensorCount = tensors;
        entryCount = metadata;
        return this;
    }

    /** An entry whose value is given in bytes. */
    public GgufWriter entry(String key, int type, byte[] value) {
        text(entries, key);
        entries.writeBytes(ints(type));
        entries.writeBytes(value);
        entryNumber++;
        return this;
    }

    public GgufWriter text(String key, String value) {
        return entry(key, 8, textBytes(value));
    }

    public GgufWriter whole(String key, int value) {
        return entry(key, 4, ints(value));
    }

    public GgufWriter real(String key, float value) {
        return entry(key, 6, ints(Float.floatToIntBits(value)));
    }

    public GgufWriter texts(String key, String... values) {
        ByteArrayOutputStream b = new ByteArrayOutputStream();
        b.writeBytes(ints(8));
        b.writeBytes(longs(values.length));
        for (String v : values) {
            text(b, v);
        }
        return entry(key, 9, b.toByteArray());
    }

    /** Says {@code general.alignment} and follows it. */
    public GgufWriter align(int to) {
        alignment = to;
        return whole("general.alignment", to);
    }

    /** A tensor behind those before it. Dimensions innermost first, as the format has them. */
    public GgufWriter tensor(String name, int type, byte[] bytes, long... innermostFirst) {
        while (data.size() % alignment != 0) {
            data.write(0);
        }
        info(name, type, data.size(), innermostFirst);
        data.writeBytes(bytes);
        return this;
    }

    /** What stands in the header of a tensor, without data. */
    public GgufWriter info(String name, int type, long offset, long... innermostFirst) {
        text(infos, name);
        infos.writeBytes(ints(innermostFirst.length));
        for (long d : innermostFirst) {
            infos.writeBytes(longs(d));
        }
        infos.writeBytes(ints(type));
        infos.writeBytes(longs(offset));
        names.add(name);
        return this;
    }

    public GgufWriter floats(String name, long[] innermostFirst, float... values) {
        ByteBuffer b = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        b.asFloatBuffer().put(values);
        return tensor(name, 0, b.array(), innermostFirst);
    }

    public byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ints(magic));
        out.writeBytes(ints(version));
        out.writeBytes(longs(tensorCount == null ? names.size() : tensorCount));
        out.writeBytes(longs(entryCount == null ? entryNumber : entryCount));
        out.writeBytes(entries.toByteArray());
        out.writeBytes(infos.toByteArray());
        while (out.size() % alignment != 0) {
            out.write(0);
        }
        out.writeBytes(data.toByteArray());
        return out.toByteArray();
    }

    public Path write(Path file) throws IOException {
        return Files.write(file, bytes());
    }

    public static byte[] ints(int v) {
        return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(v).array();
    }

    public static byte[] longs(long v) {
        return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(v).array();
    }

    public static byte[] textBytes(String s) {
        byte[] utf8 = s.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + utf8.length).order(ByteOrder.LITTLE_ENDIAN).putLong(utf8.length).put(utf8).array();
    }

    private static void text(ByteArrayOutputStream out, String s) {
        out.writeBytes(textBytes(s));
    }
}
