package io.github.x2i4j.model.media;

import java.util.Arrays;

/** Decodes the first frame of a GIF picture onto its canvas, as Pillow does. */
final class GifReader {
    private static final int MAX_CODES = 4096;
    /** First row and step of the passes of an interlaced frame. */
    private static final int[][] PASSES = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};

    private final byte[] bytes;
    private int at = 6;

    private GifReader(byte[] bytes) {
        this.bytes = bytes;
    }

    static RgbImage read(byte[] bytes, ImageOptions options) throws CorruptImageException {
        return new GifReader(bytes).read(options);
    }

    private RgbImage read(ImageOptions options) throws CorruptImageException {
        int width = uint16();
        int height = uint16();
        int flags = uint8();
        skip(2);
        byte[] palette = palette(flags);
        int transparent = 0;
        for (int block = uint8(); block != ','; block = uint8()) {
            if (block == ';') {
                throw new CorruptImageException("holds no picture");
            }
            if (block == '!') {
                boolean control = uint8() == 0xF9;
                int first = at;
                skipBlocks();
                if (control && bytes[first] >= 4 && (bytes[first + 1] & 1) != 0) {
                    transparent = bytes[first + 4] & 0xFF;
                }
            }
        }
        int left = uint16();
        int top = uint16();
        int frameWidth = uint16();
        int frameHeight = uint16();
        flags = uint8();
        byte[] local = palette(flags);
        width = Math.max(width, left + frameWidth);
        height = Math.max(height, top + frameHeight);
        ImageDecoder.checkSize(width, height, bytes, options);
        byte[] indices = unpack(frameWidth * frameHeight);
        byte[] canvas = new byte[width * height];
        Arrays.fill(canvas, (byte) transparent);
        int row = 0;
        for (int[] pass : (flags & 0x40) != 0 ? PASSES : new int[][] {{0, 1}}) {
            for (int y = pass[0]; y < frameHeight; y += pass[1]) {
                System.arraycopy(indices, row++ * frameWidth, canvas, (top + y) * width + left, frameWidth);
            }
        }
        return coloured(canvas, width, height, local != null ? local : palette);
    }

    private static RgbImage coloured(byte[] indices, int width, int height, byte[] palette) {
        byte[] rgb = new byte[3 * indices.length];
        for (int i = 0; i < indices.length; i++) {
            for (int c = 0; c < 3; c++) {
                int from = 3 * (indices[i] & 0xFF) + c;
                rgb[3 * i + c] = palette == null ? indices[i] : from < palette.length ? palette[from] : 0;
            }
        }
        return new RgbImage(width, height, rgb);
    }

    /** The palette that follows if {@code flags} say so, otherwise null: greys. */
    private byte[] palette(int flags) throws CorruptImageException {
        if ((flags & 0x80) == 0) {
            return null;
        }
        int from = at;
        skip(3 << (flags & 7) + 1);
        return Arrays.copyOfRange(bytes, from, at);
    }

    /** Undoes the variable-length LZW code. */
    private byte[] unpack(int pixels) throws CorruptImageException {
        byte[] out = new byte[pixels];
        int minimum = uint8();
        if (minimum < 1 || minimum > 11) {
            throw new CorruptImageException("is corrupt: its codes begin with " + minimum + " bits");
        }
        int clear = 1 << minimum;
        int[] start = new int[MAX_CODES]; // where in the output a code's string begins
        int[] length = new int[MAX_CODES];
        int codes = clear + 2;
        int width = minimum + 1;
        int previousStart = 0;
        int previousLength = 0;
        int bits = 0;
        int buffer = 0;
        int left = 0; // bytes left of the current block
        int n = 0;
        while (n < pixels) {
            while (bits < width) {
                if (left == 0 && (left = uint8()) == 0) {
                    throw new CorruptImageException("is truncated: pixels are missing");
                }
                buffer |= uint8() << bits;
                bits += 8;
                left--;
            }
            int code = buffer & (1 << width) - 1;
            buffer >>>= width;
            bits -= width;
            if (code == clear) {
                codes = clear + 2;
                width = minimum + 1;
                previousLength = 0;
                continue;
            }
            if (code == clear + 1) {
                throw new CorruptImageException("is truncated: pixels are missing");
            }
            if (previousLength > 0 && codes < MAX_CODES) {
                // the previous string and the first pixel of the one that follows it, which lie side by side in the output
                start[codes] = previousStart;
                length[codes] = previousLength + 1;
                codes++;
                if (codes == 1 << width && width < 12) {
                    width++;
                }
            }
            if (code >= codes) {
                throw new CorruptImageException("is corrupt: unknown code " + code);
            }
            previousStart = n;
            previousLength = code < clear ? 1 : length[code];
            if (code < clear) {
                out[n++] = (byte) code;
            } else {
                for (int i = 0; i < previousLength && n < pixels; i++) {
                    out[n++] = out[start[code] + i];
                }
            }
        }
        return out;
    }

    private void skipBlocks() throws CorruptImageException {
        for (int length = uint8(); length != 0; length = uint8()) {
            skip(length);
        }
    }

    private int uint16() throws CorruptImageException {
        return uint8() | uint8() << 8;
    }

    private int uint8() throws CorruptImageException {
        skip(1);
        return bytes[at - 1] & 0xFF;
    }

    private void skip(int count) throws CorruptImageException {
        if (count > bytes.length - at) {
            throw new CorruptImageException("is truncated at byte " + bytes.length);
        }
        at += count;
    }
}
