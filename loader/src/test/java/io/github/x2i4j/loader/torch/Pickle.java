package io.github.x2i4j.loader.torch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes pickles, and the zip files around them, as tests want them. */
final class Pickle {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Pickle() {
        op(0x80, 2);
    }

    Pickle op(int... bytes) {
        for (int b : bytes) {
            out.write(b);
        }
        return this;
    }

    Pickle op(String ascii) {
        out.writeBytes(ascii.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    private Pickle little(int bytes, long value) {
        for (int i = 0; i < bytes; i++) {
            out.write((int) (value >>> 8 * i));
        }
        return this;
    }

    Pickle string(String s) {
        byte[] utf8 = s.getBytes(StandardCharsets.UTF_8);
        op("X").little(4, utf8.length);
        out.writeBytes(utf8);
        return this;
    }

    /** A string whose length is said to be another. */
    Pickle stringSaidToHave(long length) {
        return op("X").little(4, length);
    }

    Pickle integer(long v) {
        return op(0x8a, 8).little(8, v);
    }

    Pickle global(String module, String name) {
        return op("c" + module + "\n" + name + "\n");
    }

    Pickle longs(long... values) {
        op("(");
        for (long v : values) {
            integer(v);
        }
        return op("t");
    }

    Pickle orderedDict() {
        return global("collections", "OrderedDict").op(")R");
    }

    Pickle storage(String type, String key, long size) {
        return op("(").string("storage").global("torch", type).string(key).string("cpu").integer(size).op("tQ");
    }

    Pickle tensor(String type, String key, long storageSize, long offset, long[] shape, long[] strides) {
        global("torch._utils", "_rebuild_tensor_v2").op("(").storage(type, key, storageSize).integer(offset).longs(shape).longs(strides);
        return op(0x89).orderedDict().op("tR");
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    byte[] stop() {
        return op(".").bytes();
    }

    /** A stored zip file as torch.save writes it, with a pickle and the storages "0", "1", ... */
    static byte[] checkpoint(byte[] pickle, byte[]... storages) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("archive/data.pkl", pickle);
        entries.put("archive/byteorder", "little".getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < storages.length; i++) {
            entries.put("archive/data/" + i, storages[i]);
        }
        entries.put("archive/version", "3\n".getBytes(StandardCharsets.US_ASCII));
        return zip(entries);
    }

    static byte[] zip(Map<String, byte[]> entries) {
        return zip(entries, ZipEntry.STORED);
    }

    static byte[] zip(Map<String, byte[]> entries, int method) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> e : entries.entrySet()) {
                CRC32 crc = new CRC32();
                crc.update(e.getValue());
                ZipEntry entry = new ZipEntry(e.getKey());
                entry.setMethod(method);
                if (method == ZipEntry.STORED) {
                    entry.setSize(e.getValue().length);
                    entry.setCrc(crc.getValue());
                }
                zip.putNextEntry(entry);
                zip.write(e.getValue());
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }

    static byte[] floats(float... values) {
        ByteBuffer b = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float v : values) {
            b.putFloat(v);
        }
        return b.array();
    }
}
