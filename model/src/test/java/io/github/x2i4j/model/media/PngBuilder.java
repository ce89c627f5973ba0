package io.github.x2i4j.model.media;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Writes PNG files of any kind, also wrong ones. */
final class PngBuilder {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    PngBuilder(int width, int height, int depth, int colour, boolean interlaced) {
        out.writeBytes(PngChunks.SIGNATURE);
        chunk("IHDR", ByteBuffer.allocate(13).putInt(width).putInt(height).put((byte) depth).put((byte) colour).put((byte) 0)
                .put((byte) 0).put((byte) (interlaced ? 1 : 0)).array());
    }

    PngBuilder chunk(String type, byte[] data) {
        byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
        out.writeBytes(name);
        out.writeBytes(data);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
        return this;
    }

    /** Filtered rows, as unsigned bytes, in pieces of at most {@code piece} packed bytes. */
    byte[] pixels(int piece, int... rows) {
        byte[] packed = packed(bytes(rows));
        for (int i = 0; i < packed.length; i += piece) {
            chunk("IDAT", java.util.Arrays.copyOfRange(packed, i, Math.min(packed.length, i + piece)));
        }
        return chunk("IEND", new byte[0]).out.toByteArray();
    }

    static byte[] packed(byte[] bytes) {
        Deflater d = new Deflater();
        d.setInput(bytes);
        d.finish();
        byte[] buffer = new byte[bytes.length + 100];
        int n = d.deflate(buffer);
        d.end();
        return java.util.Arrays.copyOf(buffer, n);
    }

    static byte[] bytes(int... values) {
        byte[] b = new byte[values.length];
        for (int i = 0; i < b.length; i++) {
            b[i] = (byte) values[i];
        }
        return b;
    }
}
