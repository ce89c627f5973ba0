package io.github.x2i4j.model.media;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;

/** The chunks of a PNG file, one after the other (ISO/IEC 15948). */
final class PngChunks {
    static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

    private final byte[] bytes;
    private int at = SIGNATURE.length;

    PngChunks(byte[] bytes) {
        this.bytes = bytes;
    }

    static boolean isPng(byte[] bytes) {
        return bytes.length >= SIGNATURE.length
                && Arrays.equals(bytes, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length);
    }

    /** The next chunk, or null at the end of the file or after IEND. The checksum is checked for critical chunks. */
    Chunk next() throws CorruptImageException {
        if (at == bytes.length) {
            return null;
        }
        if (bytes.length - at < 12) {
            throw new CorruptImageException("is truncated at byte " + at);
        }
        ByteBuffer b = ByteBuffer.wrap(bytes);
        int length = b.getInt(at);
        String type = new String(bytes, at + 4, 4, StandardCharsets.ISO_8859_1);
        if (length < 0 || length > bytes.length - at - 12) {
            throw new CorruptImageException("is truncated: chunk " + printable(type) + " at byte " + at + " says "
                    + Integer.toUnsignedString(length) + " bytes, " + (bytes.length - at - 12) + " are there");
        }
        boolean critical = Character.isUpperCase(type.charAt(0));
        if (critical) {
            CRC32 crc = new CRC32();
            crc.update(bytes, at + 4, length + 4);
            if ((int) crc.getValue() != b.getInt(at + 8 + length)) {
                throw new CorruptImageException("is corrupt: wrong checksum of chunk " + printable(type) + " at byte " + at);
            }
        }
        Chunk chunk = new Chunk(type, bytes, at + 8, length);
        at = type.equals("IEND") ? bytes.length : at + 12 + length;
        return chunk;
    }

    private static String printable(String type) {
        return type.chars().allMatch(c -> c > ' ' && c < 127) ? type : "of unknown type";
    }

    /** {@code length} bytes of {@code bytes} from {@code from} on. */
    record Chunk(String type, byte[] bytes, int from, int length) {
        int uint8(int index) {
            return bytes[from + index] & 0xFF;
        }

        long uint32(int index) {
            return ByteBuffer.wrap(bytes).getInt(from + index) & 0xFFFFFFFFL;
        }
    }
}
