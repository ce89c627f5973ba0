package io.github.x2i4j.model.media;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Encodes pictures as PNG (ISO/IEC 15948) with texts beside them. The same picture and texts give the same bytes. It does without
 * javax.imageio, whose first use costs more than the encoding.
 */
public final class PngWriter {
    private static final int HEADER_BYTES = 13;
    private static final int MAX_KEYWORD = 79;
    private static final byte DEPTH = 8;
    private static final byte RGB = 2;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private PngWriter() {
    }

    /**
     * Encodes a picture.
     *
     * @param texts keyword to text, in the order in which they are stored: as tEXt where they are ASCII, otherwise as iTXt
     * @throws IllegalArgumentException if a keyword does not have 1 to 79 printable ASCII characters without outer or double blanks
     */
    public static byte[] encode(RgbImage image, Map<String, String> texts) {
        PngWriter w = new PngWriter();
        w.out.writeBytes(PngChunks.SIGNATURE);
        w.chunk("IHDR", ByteBuffer.allocate(HEADER_BYTES).putInt(image.width()).putInt(image.height()).put(DEPTH).put(RGB).array());
        texts.forEach(w::text);
        w.chunk("IDAT", deflated(filtered(image)));
        w.chunk("IEND", new byte[0]);
        return w.out.toByteArray();
    }

    private void text(String keyword, String text) {
        boolean printable = keyword.chars().allMatch(c -> c >= ' ' && c < 127);
        if (!printable || keyword.isEmpty() || keyword.length() > MAX_KEYWORD || !keyword.strip().equals(keyword)
                || keyword.contains("  ")) {
            throw new IllegalArgumentException("no PNG keyword: '" + keyword + "'");
        }
        boolean ascii = text.chars().allMatch(c -> c > 0 && c < 127);
        // iTXt: not compressed, no language, no translated keyword
        String head = keyword + (ascii ? "\0" : "\0\0\0\0\0");
        chunk(ascii ? "tEXt" : "iTXt", (head + text).getBytes(StandardCharsets.UTF_8));
    }

    private void chunk(String type, byte[] data) {
        byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
        out.writeBytes(name);
        out.writeBytes(data);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    private static byte[] deflated(byte[] bytes) {
        Deflater deflater = new Deflater();
        try {
            deflater.setInput(bytes);
            deflater.finish();
            ByteArrayOutputStream packed = new ByteArrayOutputStream(bytes.length / 2 + 64);
            byte[] buffer = new byte[1 << 15];
            while (!deflater.finished()) {
                packed.write(buffer, 0, deflater.deflate(buffer));
            }
            return packed.toByteArray();
        } finally {
            deflater.end();
        }
    }

    /** Every row after the number of the filter that makes its bytes smallest: none, left, above, mean or Paeth. */
    private static byte[] filtered(RgbImage image) {
        int rowBytes = 3 * image.width();
        byte[] all = new byte[Math.multiplyExact(rowBytes + 1, image.height())];
        byte[] row = new byte[rowBytes];
        byte[] best = new byte[rowBytes];
        for (int y = 0; y < image.height(); y++) {
            long smallest = Long.MAX_VALUE;
            for (int filter = 0; filter <= 4; filter++) {
                long size = filter(image.rgb(), y, rowBytes, filter, row);
                if (size < smallest) {
                    smallest = size;
                    all[y * (rowBytes + 1)] = (byte) filter;
                    byte[] swap = best;
                    best = row;
                    row = swap;
                }
            }
            System.arraycopy(best, 0, all, y * (rowBytes + 1) + 1, rowBytes);
        }
        return all;
    }

    /** Filters row {@code y} into {@code row} and returns the sum of the absolute values of its signed bytes. */
    private static long filter(byte[] rgb, int y, int rowBytes, int filter, byte[] row) {
        int from = y * rowBytes;
        long size = 0;
        for (int i = 0; i < rowBytes; i++) {
            int left = i < 3 ? 0 : rgb[from + i - 3] & 0xFF;
            int above = y == 0 ? 0 : rgb[from + i - rowBytes] & 0xFF;
            int corner = i < 3 || y == 0 ? 0 : rgb[from + i - rowBytes - 3] & 0xFF;
            int predicted = switch (filter) {
                case 0 -> 0;
                case 1 -> left;
                case 2 -> above;
                case 3 -> left + above >> 1;
                default -> PngReader.paeth(left, above, corner);
            };
            row[i] = (byte) (rgb[from + i] - predicted);
            size += Math.abs(row[i]);
        }
        return size;
    }
}
