package io.github.x2i4j.model.media.video;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A box of an MP4 file (ISO/IEC 14496-12), its content in memory.
 *
 * @param type four characters
 * @param content what stands behind type and size
 */
record Mp4Box(String type, ByteBuffer content) {
    static final int HEADER = 8;
    private static final int LONG_HEADER = 16;

    /** The boxes in a content. */
    static List<Mp4Box> list(ByteBuffer content) throws CorruptVideoException {
        List<Mp4Box> boxes = new ArrayList<>();
        int at = content.position();
        while (content.limit() - at >= HEADER) {
            long size = content.getInt(at) & 0xFFFFFFFFL;
            int header = HEADER;
            if (size == 1 && content.limit() - at >= LONG_HEADER) {
                size = content.getLong(at + HEADER);
                header = LONG_HEADER;
            } else if (size == 0) {
                size = content.limit() - at;
            }
            String type = type(content, at + 4);
            if (size < header || size > content.limit() - at) {
                throw new CorruptVideoException("is corrupt or truncated: its box \"" + type + "\" claims " + size + " bytes of "
                        + (content.limit() - at));
            }
            boxes.add(new Mp4Box(type, content.slice(at + header, (int) size - header)));
            at += (int) size;
        }
        return boxes;
    }

    /** Four characters, those that cannot be shown replaced. */
    static String type(ByteBuffer b, int at) {
        byte[] name = new byte[4];
        b.get(at, name);
        return new String(name, StandardCharsets.ISO_8859_1).replaceAll("[^ -~\u00A9]", "?");
    }

    /** The first box of a type among those inside this one, or null. */
    Mp4Box child(String wanted) throws CorruptVideoException {
        return first(list(content), wanted);
    }

    /** The box that a path of types leads to; it must be there. */
    Mp4Box need(String... path) throws CorruptVideoException {
        Mp4Box box = this;
        for (String step : path) {
            box = box.child(step);
            if (box == null) {
                throw new CorruptVideoException("is corrupt: its video track has no box \"" + step + "\"");
            }
        }
        return box;
    }

    static Mp4Box first(List<Mp4Box> boxes, String wanted) {
        return boxes.stream().filter(b -> b.type.equals(wanted)).findFirst().orElse(null);
    }

    /** The content from a field on; refused where the box is too short to hold {@code bytes} there. */
    ByteBuffer at(int offset, long bytes) throws CorruptVideoException {
        if (offset + bytes > content.remaining()) {
            throw new CorruptVideoException("is corrupt: its box \"" + type + "\" needs " + (offset + bytes) + " bytes and has "
                    + content.remaining());
        }
        return content.slice(offset, (int) bytes);
    }

    /** Entries of a table: a count at {@code offset}, then as many of {@code words} 32-bit words. */
    ByteBuffer table(int offset, int words) throws CorruptVideoException {
        long count = at(offset, 4).getInt(0) & 0xFFFFFFFFL;
        return at(offset + 4, count * words * 4);
    }
}
