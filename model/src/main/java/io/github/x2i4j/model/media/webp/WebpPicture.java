package io.github.x2i4j.model.media.webp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.DataFormatException;

/**
 * A WebP picture: lossy (VP8) or lossless, with or without alpha; of an animation the first frame, on a canvas of transparent black.
 * The pixels are libwebp's. Profiles and orientation are ignored. Messages of the exceptions continue a sentence that begins with
 * the picture's name.
 */
public final class WebpPicture {
    private static final int RIFF_HEADER = 12;
    private static final int CHUNK_HEADER = 8;
    private static final int EXTENDED_HEADER = 10;
    private static final int FRAME_HEADER = 16;
    private static final int ANIMATED = 2;
    private static final int WITH_ALPHA = 16;
    private static final int UNPACKED = 0;
    private static final int LOSSLESS = 1;
    private static final int OPAQUE = 255;

    private final byte[] bytes;
    private final Canvas canvas;
    private final Chunk image;
    /** Alpha of a lossy picture, or null. */
    private final Chunk alpha;

    private WebpPicture(byte[] bytes, Canvas canvas, Chunk image, Chunk alpha) {
        this.bytes = bytes;
        this.canvas = canvas;
        this.image = image;
        this.alpha = alpha;
    }

    /** Content in [from, end) of the file. */
    private record Chunk(String type, int from, int end) {
        int next() {
            return end + (end - from & 1);
        }
    }

    /** Where a picture of {@code frame} pixels lies on one of {@code width} x {@code height}. */
    private record Canvas(int width, int height, int left, int top, LossyFrame.Size frame, boolean alpha) {
        boolean filled() {
            return frame.width() == width && frame.height() == height;
        }
    }

    /** Whether a file begins as WebP pictures do. */
    public static boolean isWebp(byte[] bytes) {
        return bytes.length >= RIFF_HEADER && type(bytes, 0).equals("RIFF") && type(bytes, 8).equals("WEBP");
    }

    /**
     * Reads what a file says of its picture; nothing is decoded.
     *
     * @param bytes the whole file; not copied
     * @throws DataFormatException if it is truncated, corrupt or has no picture
     */
    public static WebpPicture open(byte[] bytes) throws DataFormatException {
        long size = CHUNK_HEADER + uint32(bytes, 4);
        if (size > bytes.length) {
            throw new DataFormatException("is truncated: it should have " + size + " bytes and has " + bytes.length);
        }
        int end = (int) size;
        Chunk first = chunk(bytes, RIFF_HEADER, end);
        if (!first.type.equals("VP8X")) {
            return still(bytes, first, null, null);
        }
        if (first.end - first.from < EXTENDED_HEADER) {
            throw new DataFormatException("is corrupt: its header has " + (first.end - first.from) + " bytes");
        }
        int flags = bytes[first.from];
        Canvas canvas = new Canvas(1 + uint24(bytes, first.from + 4), 1 + uint24(bytes, first.from + 7), 0, 0, null,
                (flags & WITH_ALPHA) != 0);
        if ((flags & ANIMATED) == 0) {
            return find(bytes, first.next(), end, canvas);
        }
        Chunk frame = first;
        while (!frame.type.equals("ANMF")) {
            frame = chunk(bytes, frame.next(), end);
        }
        if (frame.end - frame.from < FRAME_HEADER) {
            throw new DataFormatException("is corrupt: its first frame has " + (frame.end - frame.from) + " bytes");
        }
        LossyFrame.Size frameSize = new LossyFrame.Size(1 + uint24(bytes, frame.from + 6), 1 + uint24(bytes, frame.from + 9));
        return find(bytes, frame.from + FRAME_HEADER, frame.end, new Canvas(canvas.width, canvas.height, 2 * uint24(bytes, frame.from),
                2 * uint24(bytes, frame.from + 3), frameSize, canvas.alpha));
    }

    /** The picture among chunks. */
    private static WebpPicture find(byte[] bytes, int from, int end, Canvas canvas) throws DataFormatException {
        Chunk alpha = null;
        Chunk chunk = chunk(bytes, from, end);
        while (!chunk.type.equals("VP8 ") && !chunk.type.equals("VP8L")) {
            if (chunk.type.equals("ALPH")) {
                alpha = chunk;
            }
            chunk = chunk(bytes, chunk.next(), end);
        }
        return still(bytes, chunk, alpha, canvas);
    }

    private static WebpPicture still(byte[] bytes, Chunk image, Chunk alpha, Canvas canvas) throws DataFormatException {
        LossyFrame.Size size;
        boolean transparent = false;
        if (image.type.equals("VP8 ")) {
            size = LossyFrame.size(bytes, image.from, image.end);
        } else if (image.type.equals("VP8L")) {
            LosslessImage.Header h = LosslessImage.header(bytes, image.from, image.end);
            size = new LossyFrame.Size(h.width(), h.height());
            transparent = h.alpha();
        } else {
            throw new DataFormatException("is corrupt: its chunk \"" + image.type + "\" at byte " + (image.from - CHUNK_HEADER)
                    + " is no picture");
        }
        Canvas c = canvas == null ? new Canvas(size.width(), size.height(), 0, 0, size, transparent)
                : canvas.frame != null ? canvas : new Canvas(canvas.width, canvas.height, 0, 0, size, canvas.alpha);
        boolean fits = canvas == null || canvas.frame != null ? c.left + (long) size.width() <= c.width
                && c.top + (long) size.height() <= c.height : c.filled();
        if (!size.equals(c.frame) || !fits) {
            throw new DataFormatException("is corrupt: its picture of " + size.width() + " x " + size.height()
                    + " pixels does not match its canvas of " + c.width + " x " + c.height);
        }
        return new WebpPicture(bytes, c, image, alpha);
    }

    private static Chunk chunk(byte[] bytes, int at, int end) throws DataFormatException {
        if (end - at < CHUNK_HEADER) {
            throw new DataFormatException("is corrupt or truncated: it holds no picture");
        }
        long size = uint32(bytes, at + 4);
        if (size > end - at - CHUNK_HEADER) {
            throw new DataFormatException("is truncated: its chunk \"" + type(bytes, at) + "\" at byte " + at + " claims " + size
                    + " bytes, " + (end - at - CHUNK_HEADER) + " are there");
        }
        return new Chunk(type(bytes, at), at + CHUNK_HEADER, at + CHUNK_HEADER + (int) size);
    }

    /** Pixels a row. */
    public int width() {
        return canvas.width;
    }

    /** Rows. */
    public int height() {
        return canvas.height;
    }

    /** Whether the picture has an alpha channel. */
    public boolean hasAlpha() {
        return canvas.alpha;
    }

    /**
     * Decodes the picture; the caller has made sure that its size is not too much.
     *
     * @return red, green, blue and alpha of each pixel, rows from the top
     * @throws DataFormatException if it is corrupt or truncated
     */
    public byte[] rgba() throws DataFormatException {
        byte[] frame = image.type.equals("VP8L") ? lossless() : lossy();
        if (canvas.filled()) {
            return frame;
        }
        byte[] rgba = new byte[Math.multiplyExact(4, Math.multiplyExact(canvas.width, canvas.height))];
        int bytesPerRow = 4 * canvas.frame.width();
        for (int y = 0; y < canvas.frame.height(); y++) {
            System.arraycopy(frame, y * bytesPerRow, rgba, 4 * ((canvas.top + y) * canvas.width + canvas.left), bytesPerRow);
        }
        return rgba;
    }

    private byte[] lossless() throws DataFormatException {
        int[] argb = LosslessImage.decode(bytes, image.from + LosslessImage.HEADER, image.end, canvas.frame.width(),
                canvas.frame.height());
        byte[] rgba = new byte[Math.multiplyExact(4, argb.length)];
        for (int i = 0; i < argb.length; i++) {
            rgba[4 * i] = (byte) (argb[i] >> 16);
            rgba[4 * i + 1] = (byte) (argb[i] >> 8);
            rgba[4 * i + 2] = (byte) argb[i];
            rgba[4 * i + 3] = (byte) (argb[i] >> 24);
        }
        return rgba;
    }

    private byte[] lossy() throws DataFormatException {
        byte[] rgba = LossyColours.rgba(LossyFrame.decode(bytes, image.from, image.end), canvas.frame.width(), canvas.frame.height());
        if (alpha != null) {
            byte[] plane = alphaPlane();
            for (int i = 0; i < plane.length; i++) {
                rgba[4 * i + 3] = plane[i];
            }
        }
        return rgba;
    }

    /** The alpha of a lossy picture: a byte a pixel, or the green of a lossless picture without a header. */
    private byte[] alphaPlane() throws DataFormatException {
        int width = canvas.frame.width();
        int height = canvas.frame.height();
        int flags = alpha.from < alpha.end ? bytes[alpha.from] & 0xFF : 0xFF;
        int method = flags & 3;
        if (method > LOSSLESS || flags >> 4 > 1) {
            throw new DataFormatException("is corrupt: its alpha at byte " + alpha.from + " is of an unknown kind");
        }
        byte[] plane = new byte[width * height];
        if (method == UNPACKED) {
            if (alpha.end - alpha.from - 1 < plane.length) {
                throw new DataFormatException("is truncated: its alpha needs " + plane.length + " bytes");
            }
            System.arraycopy(bytes, alpha.from + 1, plane, 0, plane.length);
        } else {
            int[] argb = LosslessImage.decode(bytes, alpha.from + 1, alpha.end, width, height);
            for (int i = 0; i < plane.length; i++) {
                plane[i] = (byte) (argb[i] >> 8);
            }
        }
        unfilter(plane, width, flags >> 2 & 3);
        return plane;
    }

    /** Adds what was predicted from the left (1), from above (2) or from both (3). */
    private static void unfilter(byte[] a, int width, int filter) {
        for (int i = 1; filter > 0 && i < a.length; i++) {
            boolean top = i < width;
            boolean left = i % width == 0;
            int predicted;
            if (top || left || filter < 3) {
                predicted = top || !left && filter == 1 ? a[i - 1] : a[i - width];
            } else {
                predicted = Math.clamp((a[i - 1] & 0xFF) + (a[i - width] & 0xFF) - (a[i - width - 1] & 0xFF), 0, OPAQUE);
            }
            a[i] += (byte) predicted;
        }
    }

    private static String type(byte[] bytes, int at) {
        return new String(Arrays.copyOfRange(bytes, at, at + 4), StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", "?");
    }

    static int uint16(byte[] b, int at) {
        return b[at] & 0xFF | (b[at + 1] & 0xFF) << 8;
    }

    static int uint24(byte[] b, int at) {
        return uint16(b, at) | (b[at + 2] & 0xFF) << 16;
    }

    private static long uint32(byte[] b, int at) {
        return uint24(b, at) | (b[at + 3] & 0xFFL) << 24;
    }
}
