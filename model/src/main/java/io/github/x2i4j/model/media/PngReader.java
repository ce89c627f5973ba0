package io.github.x2i4j.model.media;

import io.github.x2i4j.model.media.ImageOptions.Transparency;
import io.github.x2i4j.model.media.PngChunks.Chunk;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Decodes PNG pictures of every colour type and depth, interlaced ones too. */
final class PngReader {
    private static final int GREY = 0;
    private static final int RGB = 2;
    private static final int PALETTE = 3;
    private static final int GREY_ALPHA = 4;
    private static final int RGBA = 6;

    /** Start and step of the columns and of the rows of each pass. */
    private static final int[][] ADAM7 = {{0, 8, 0, 8}, {4, 8, 0, 8}, {0, 4, 4, 8}, {2, 4, 0, 4}, {0, 2, 2, 4}, {1, 2, 0, 2},
        {0, 1, 1, 2}};
    private static final int[][] ONE_PASS = {{0, 1, 0, 1}};

    private final byte[] bytes;
    private final PngChunks chunks;
    private final ImageOptions options;
    private Chunk data;
    private int width;
    private int height;
    private int depth;
    private int colour;
    private boolean interlaced;
    private byte[] palette;

    PngReader(byte[] bytes, ImageOptions options) {
        this.bytes = bytes;
        this.chunks = new PngChunks(bytes);
        this.options = options;
    }

    RgbImage read() throws CorruptImageException {
        header();
        for (data = chunks.next(); data != null && !data.type().equals("IDAT"); data = chunks.next()) {
            if (data.type().equals("PLTE")) {
                palette = palette(data);
            }
        }
        if (data == null) {
            throw new CorruptImageException("is truncated: it holds no pixels");
        }
        if (colour == PALETTE && palette == null) {
            throw new CorruptImageException("is corrupt: its palette is missing");
        }
        byte[] rgb = new byte[3 * width * height];
        Inflater inflater = new Inflater();
        try {
            for (int[] pass : interlaced ? ADAM7 : ONE_PASS) {
                pass(inflater, rgb, pass[0], pass[1], pass[2], pass[3]);
            }
        } catch (DataFormatException e) {
            throw new CorruptImageException("is corrupt: its pixels cannot be unpacked (" + e.getMessage() + ")", e);
        } finally {
            inflater.end();
        }
        return new RgbImage(width, height, rgb);
    }

    private void header() throws CorruptImageException {
        Chunk h = chunks.next();
        if (h == null || !h.type().equals("IHDR") || h.length() != 13) {
            throw new CorruptImageException("is corrupt: a PNG begins with a header of 13 bytes");
        }
        ImageDecoder.checkSize(h.uint32(0), h.uint32(4), bytes, options);
        width = (int) h.uint32(0);
        height = (int) h.uint32(4);
        depth = h.uint8(8);
        colour = h.uint8(9);
        interlaced = h.uint8(12) == 1;
        boolean known = switch (colour) {
            case GREY -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
            case PALETTE -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
            case RGB, GREY_ALPHA, RGBA -> depth == 8 || depth == 16;
            default -> false;
        };
        if (!known || h.uint8(10) != 0 || h.uint8(11) != 0 || h.uint8(12) > 1) {
            throw new CorruptImageException("is corrupt: a PNG of colour type " + colour + ", depth " + depth + ", compression "
                    + h.uint8(10) + ", filter " + h.uint8(11) + ", interlacing " + h.uint8(12) + " does not exist");
        }
    }

    /** 256 colours; those that the file does not define are black, as in Pillow. */
    private static byte[] palette(Chunk chunk) {
        byte[] p = new byte[3 * 256];
        System.arraycopy(chunk.bytes(), chunk.from(), p, 0, Math.min(p.length, chunk.length()));
        return p;
    }

    private void pass(Inflater inflater, byte[] rgb, int x0, int dx, int y0, int dy)
            throws CorruptImageException, DataFormatException {
        int columns = Math.ceilDiv(width - x0, dx);
        int samples = colour == RGB ? 3 : colour == RGBA ? 4 : colour == GREY_ALPHA ? 2 : 1;
        int pixelBytes = Math.max(1, samples * depth / 8);
        int rowBytes = Math.toIntExact(Math.ceilDiv((long) columns * samples * depth, 8L));
        byte[] line = new byte[1 + rowBytes];
        byte[] above = new byte[1 + rowBytes];
        for (int y = y0; columns > 0 && y < height; y += dy) {
            fill(inflater, line);
            unfilter(line, above, pixelBytes);
            int to = 3 * (y * width + x0);
            for (int x = 0; x < columns; x++, to += 3 * dx) {
                pixel(line, x, rgb, to);
            }
            byte[] swap = above;
            above = line;
            line = swap;
        }
    }

    /** Unpacks as many bytes as {@code line} has, from as many IDAT chunks as that takes. */
    private void fill(Inflater inflater, byte[] line) throws CorruptImageException, DataFormatException {
        int filled = 0;
        while (filled < line.length) {
            int n = inflater.inflate(line, filled, line.length - filled);
            filled += n;
            if (n == 0) {
                if (inflater.finished() || inflater.needsDictionary() || data == null || !data.type().equals("IDAT")) {
                    throw new CorruptImageException("is truncated: pixels are missing");
                }
                inflater.setInput(data.bytes(), data.from(), data.length());
                data = chunks.next();
            }
        }
    }

    /** Undoes the filter that the first byte of {@code line} names. */
    private static void unfilter(byte[] line, byte[] above, int step) throws CorruptImageException {
        switch (line[0]) {
            case 0 -> { }
            case 1 -> {
                for (int i = 1 + step; i < line.length; i++) {
                    line[i] += line[i - step];
                }
            }
            case 2 -> {
                for (int i = 1; i < line.length; i++) {
                    line[i] += above[i];
                }
            }
            case 3 -> {
                for (int i = 1; i < line.length; i++) {
                    int left = i > step ? line[i - step] & 0xFF : 0;
                    line[i] += (byte) (left + (above[i] & 0xFF) >> 1);
                }
            }
            case 4 -> {
                for (int i = 1; i < line.length; i++) {
                    int left = i > step ? line[i - step] & 0xFF : 0;
                    int corner = i > step ? above[i - step] & 0xFF : 0;
                    line[i] += (byte) paeth(left, above[i] & 0xFF, corner);
                }
            }
            default -> throw new CorruptImageException("is corrupt: unknown filter " + (line[0] & 0xFF));
        }
    }

    /** Whichever of the neighbours is nearest to left + above - corner. */
    static int paeth(int left, int above, int corner) {
        int toLeft = Math.abs(above - corner);
        int toAbove = Math.abs(left - corner);
        int toCorner = Math.abs(left + above - 2 * corner);
        if (toLeft <= toAbove && toLeft <= toCorner) {
            return left;
        }
        return toAbove <= toCorner ? above : corner;
    }

    private void pixel(byte[] line, int x, byte[] rgb, int to) {
        int wide = depth / 8; // bytes of a sample; the first is the high one
        switch (colour) {
            case RGB -> copy(line, 1 + 3 * wide * x, wide, rgb, to);
            case RGBA -> {
                copy(line, 1 + 4 * wide * x, wide, rgb, to);
                if (options.transparency() == Transparency.ON_WHITE) {
                    onWhite(rgb, to, line[1 + 4 * wide * x + 3 * wide] & 0xFF);
                }
            }
            case GREY_ALPHA -> {
                grey(line[1 + 2 * wide * x], rgb, to);
                if (depth == 16 && options.transparency() == Transparency.ON_WHITE) { // only these become RGBA in Pillow
                    onWhite(rgb, to, line[1 + 4 * x + 2] & 0xFF);
                }
            }
            case PALETTE -> System.arraycopy(palette, 3 * bits(line, x), rgb, to, 3);
            default -> grey((byte) (depth < 8 ? bits(line, x) * 255 / ((1 << depth) - 1) : depth == 8 ? line[1 + x]
                    : line[1 + 2 * x] == 0 ? line[2 + 2 * x] : 255), rgb, to); // 16-bit greys are clipped
        }
    }

    /** Sample {@code x} of a line of at most 8 bits a sample. */
    private int bits(byte[] line, int x) {
        int bit = x * depth;
        return line[1 + bit / 8] >> 8 - depth - bit % 8 & (1 << depth) - 1;
    }

    private static void copy(byte[] line, int from, int wide, byte[] rgb, int to) {
        rgb[to] = line[from];
        rgb[to + 1] = line[from + wide];
        rgb[to + 2] = line[from + 2 * wide];
    }

    private static void grey(byte v, byte[] rgb, int to) {
        rgb[to] = v;
        rgb[to + 1] = v;
        rgb[to + 2] = v;
    }

    /** Lays a pixel on white as Pillow's {@code paste} with a mask does. */
    static void onWhite(byte[] rgb, int at, int alpha) {
        for (int c = at; c < at + 3; c++) {
            int v = (rgb[c] & 0xFF) * alpha + 255 * (255 - alpha) + 128;
            rgb[c] = (byte) ((v >> 8) + v >> 8);
        }
    }
}
