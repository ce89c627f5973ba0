package io.github.x2i4j.tests.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An MP4 file around a bare H.264 stream (ITU-T H.264, annex B), so that a search spends itself on the stream and not on the boxes.
 * Parameter sets become the decoder's configuration; a slice that begins with macroblock 0 begins a packet.
 */
final class H264Stream {
    private static final int SEQUENCE = 7;
    private static final int PICTURE = 8;
    private static final int SAMPLE_ENTRY = 78;
    /** More make searches slow and find no more. */
    private static final int MOST_PACKETS = 8;

    private final List<byte[]> sequences = new ArrayList<>();
    private final List<byte[]> pictures = new ArrayList<>();
    private final List<byte[]> packets = new ArrayList<>();

    /** @param stream NAL units, each behind the bytes 0, 0 and 1 */
    H264Stream(byte[] stream) {
        int from = next(stream, 0);
        while (from < stream.length) {
            int end = next(stream, from);
            add(Arrays.copyOfRange(stream, from, end == stream.length ? end : end - 3));
            from = end;
        }
    }

    /** Where the bytes behind the next start code begin, or the end. */
    private static int next(byte[] stream, int from) {
        for (int i = from; i + 3 <= stream.length; i++) {
            if (stream[i] == 0 && stream[i + 1] == 0 && stream[i + 2] == 1) {
                return i + 3;
            }
        }
        return stream.length;
    }

    private void add(byte[] unit) {
        int type = unit.length == 0 ? 0 : unit[0] & 0x1F;
        if (unit.length < 1 << 16 && packets.isEmpty() && (type == SEQUENCE || type == PICTURE)) {
            List<byte[]> sets = type == SEQUENCE ? sequences : pictures;
            sets.add(bytes(b(unit.length >> 8, unit.length), unit));
        } else {
            byte[] sized = bytes(ints(unit.length), unit);
            boolean begins = unit.length > 1 && unit[1] < 0 && packets.size() < MOST_PACKETS;
            if (begins || packets.isEmpty()) {
                packets.add(sized);
            } else {
                packets.set(packets.size() - 1, bytes(packets.getLast(), sized));
            }
        }
    }

    /** The file. */
    byte[] mp4() {
        byte[] data = bytes(packets.toArray(byte[][]::new));
        byte[] mdat = box("mdat", data);
        byte[] avcC = box("avcC", b(1, 66, 0, 30, 255, sequences.size()), bytes(sequences.toArray(byte[][]::new)), b(pictures.size()),
                bytes(pictures.toArray(byte[][]::new)));
        byte[] stbl = box("stbl", box("stsd", ints(0, 1), box("avc1", new byte[SAMPLE_ENTRY], avcC)), box("stts", ints(0, 1, packets.size(), 1)),
                box("stsz", ints(0, 0, packets.size()), ints(packets.stream().mapToInt(p -> p.length).toArray())),
                box("stsc", ints(0, 1, 1, packets.size(), 1)), box("stco", ints(0, 1, 8)));
        byte[] mdia = box("mdia", box("hdlr", ints(0, 0), text("vide")), box("mdhd", ints(0, 0, 0, 10, packets.size())), box("minf", stbl));
        return bytes(mdat, box("moov", box("trak", box("tkhd", new byte[60]), mdia)));
    }

    private static byte[] box(String type, byte[]... content) {
        byte[] inside = bytes(content);
        return bytes(ints(inside.length + 8), text(type), inside);
    }

    private static byte[] text(String ascii) {
        return ascii.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] ints(int... values) {
        ByteBuffer b = ByteBuffer.allocate(4 * values.length);
        b.asIntBuffer().put(values);
        return b.array();
    }

    private static byte[] b(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static byte[] bytes(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
