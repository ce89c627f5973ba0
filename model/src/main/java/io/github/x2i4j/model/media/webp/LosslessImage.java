package io.github.x2i4j.model.media.webp;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.zip.DataFormatException;

/** Decodes a lossless picture (WebP Lossless Bitstream). */
final class LosslessImage {
    static final int HEADER = 5;
    private static final int SIGNATURE = 0x2F;
    private static final int SIDE_BITS = 14;

    private static final int LITERALS = 256;
    private static final int LENGTHS = 24;
    private static final int DISTANCES = 40;
    private static final int HASH = 0x1E35A7BD;
    private static final int MOST_CACHE_BITS = 11;

    /** Distances of 1 to 120 mean neighbours: rows up, and 8 minus columns to the right, in four bits each. */
    private static final int[] NEIGHBOURS = {
        0x18, 0x07, 0x17, 0x19, 0x28, 0x06, 0x27, 0x29, 0x16, 0x1a, 0x26, 0x2a, 0x38, 0x05, 0x37, 0x39, 0x15, 0x1b, 0x36, 0x3a,
        0x25, 0x2b, 0x48, 0x04, 0x47, 0x49, 0x14, 0x1c, 0x35, 0x3b, 0x46, 0x4a, 0x24, 0x2c, 0x58, 0x45, 0x4b, 0x34, 0x3c, 0x03,
        0x57, 0x59, 0x13, 0x1d, 0x56, 0x5a, 0x23, 0x2d, 0x44, 0x4c, 0x55, 0x5b, 0x33, 0x3d, 0x68, 0x02, 0x67, 0x69, 0x12, 0x1e,
        0x66, 0x6a, 0x22, 0x2e, 0x54, 0x5c, 0x43, 0x4d, 0x65, 0x6b, 0x32, 0x3e, 0x78, 0x01, 0x77, 0x79, 0x53, 0x5d, 0x11, 0x1f,
        0x64, 0x6c, 0x42, 0x4e, 0x76, 0x7a, 0x21, 0x2f, 0x75, 0x7b, 0x31, 0x3f, 0x63, 0x6d, 0x52, 0x5e, 0x00, 0x74, 0x7c, 0x41,
        0x4f, 0x10, 0x20, 0x62, 0x6e, 0x30, 0x73, 0x7d, 0x51, 0x5f, 0x40, 0x72, 0x7e, 0x61, 0x6f, 0x50, 0x71, 0x7f, 0x60, 0x70};

    private final LosslessBits bits;

    private LosslessImage(LosslessBits bits) {
        this.bits = bits;
    }

    /** What a header says: pixels a row, rows, and whether they have an alpha other than 255. */
    record Header(int width, int height, boolean alpha) {
    }

    /** The header at {@code from}. */
    static Header header(byte[] bytes, int from, int end) throws DataFormatException {
        if (end - from < HEADER) {
            throw new DataFormatException("is truncated: its lossless picture has " + (end - from) + " bytes");
        }
        LosslessBits b = new LosslessBits(bytes, from, end);
        if (b.read(8) != SIGNATURE) {
            throw b.corrupt("no lossless picture begins");
        }
        Header header = new Header(1 + b.read(SIDE_BITS), 1 + b.read(SIDE_BITS), b.flag());
        if (b.read(3) != 0) {
            throw b.corrupt("an unknown version of the lossless format stands");
        }
        return header;
    }

    /** ARGB of the picture whose bits lie in [from, end), behind the header. */
    static int[] decode(byte[] bytes, int from, int end, int width, int height) throws DataFormatException {
        return new LosslessImage(new LosslessBits(bytes, from, end)).picture(width, height);
    }

    private enum Kind { PREDICTED, CROSSED, GREEN_TAKEN, INDEXED }

    private int[] picture(int width, int height) throws DataFormatException {
        LosslessTransform[] transforms = new LosslessTransform[Kind.values().length];
        int[] widths = new int[transforms.length];
        Set<Kind> seen = EnumSet.noneOf(Kind.class);
        int packed = width;
        int count = 0;
        while (bits.flag()) {
            Kind kind = Kind.values()[bits.read(2)];
            if (!seen.add(kind)) {
                throw bits.corrupt("the same transform twice");
            }
            LosslessTransform t = transform(kind, packed, height);
            transforms[count] = t;
            if (t instanceof LosslessTransform.Indexed indexed) {
                packed = subsampled(packed, indexed.bits());
            }
            widths[count++] = packed;
        }
        int[] pixels = pixels(packed, height, true);
        for (int i = count - 1; i >= 0; i--) {
            pixels = transforms[i].undo(pixels, widths[i], height);
        }
        return pixels;
    }

    private LosslessTransform transform(Kind kind, int width, int height) throws DataFormatException {
        return switch (kind) {
            case PREDICTED -> new LosslessTransform.Predicted(tiles(width, height));
            case CROSSED -> new LosslessTransform.Crossed(tiles(width, height));
            case GREEN_TAKEN -> new LosslessTransform.GreenTaken();
            case INDEXED -> {
                int colours = 1 + bits.read(8);
                int[] table = pixels(colours, 1, false);
                for (int i = 1; i < colours; i++) {
                    table[i] = LosslessTransform.add(table[i], table[i - 1]);
                }
                yield new LosslessTransform.Indexed(width, colours > 16 ? 0 : colours > 4 ? 1 : colours > 2 ? 2 : 3, table);
            }
        };
    }

    private LosslessTransform.Tiles tiles(int width, int height) throws DataFormatException {
        int size = 2 + bits.read(3);
        int columns = subsampled(width, size);
        return new LosslessTransform.Tiles(size, columns, pixels(columns, subsampled(height, size), false));
    }

    private static int subsampled(int length, int bits) {
        return length + (1 << bits) - 1 >> bits;
    }

    /** The five codes that a group of tiles is written in. */
    private record Codes(PrefixCode green, PrefixCode red, PrefixCode blue, PrefixCode alpha, PrefixCode distance) {
        static Codes read(LosslessBits b, int cache) throws DataFormatException {
            return new Codes(PrefixCode.read(b, LITERALS + LENGTHS + cache), PrefixCode.read(b, LITERALS), PrefixCode.read(b, LITERALS),
                    PrefixCode.read(b, LITERALS), PrefixCode.read(b, DISTANCES));
        }
    }

    /** @param main whether this is the picture itself, which may be written in several groups of codes */
    private int[] pixels(int width, int height, boolean main) throws DataFormatException {
        int cacheBits = bits.flag() ? bits.read(4) : 0;
        if (cacheBits > MOST_CACHE_BITS) {
            throw bits.corrupt("a cache of 2^" + cacheBits + " colours");
        }
        LosslessTransform.Tiles groups = main && bits.flag() ? tiles(width, height) : null;
        int count = 1;
        if (groups != null) {
            for (int i = 0; i < groups.values().length; i++) {
                int group = groups.values()[i] >> 8 & 0xFFFF;
                groups.values()[i] = group;
                count = Math.max(count, group + 1);
            }
        }
        int[] cache = new int[cacheBits == 0 ? 0 : 1 << cacheBits];
        Codes[] codes = new Codes[count];
        for (int i = 0; i < count; i++) {
            codes[i] = Codes.read(bits, cache.length);
        }
        return entropyCoded(width, height, groups, codes, cache);
    }

    private int[] entropyCoded(int width, int height, LosslessTransform.Tiles groups, Codes[] codes, int[] cache)
            throws DataFormatException {
        int[] p = new int[Math.multiplyExact(width, height)];
        int shift = Integer.SIZE - Integer.numberOfTrailingZeros(Math.max(1, cache.length));
        for (int at = 0; at < p.length;) {
            Codes c = groups == null ? codes[0] : codes[groups.at(at % width, at / width)];
            int symbol = c.green.read(bits);
            int n = 1;
            if (symbol < LITERALS) {
                int red = c.red.read(bits);
                int blue = c.blue.read(bits);
                p[at] = c.alpha.read(bits) << 24 | red << 16 | symbol << 8 | blue;
            } else if (symbol < LITERALS + LENGTHS) {
                n = Math.min(length(symbol - LITERALS), p.length - at);
                copy(p, at, n, distance(length(c.distance.read(bits)), width));
            } else {
                p[at] = cache[symbol - LITERALS - LENGTHS];
            }
            for (int i = at; cache.length > 0 && i < at + n; i++) {
                cache[p[i] * HASH >>> shift] = p[i];
            }
            at += n;
        }
        return p;
    }

    private void copy(int[] p, int at, int count, int distance) throws DataFormatException {
        if (distance > at) {
            throw bits.corrupt("a reference to pixels before the first");
        }
        if (distance == 1) {
            Arrays.fill(p, at, at + count, p[at - 1]);
        } else {
            for (int i = at; i < at + count; i++) {
                p[i] = p[i - distance];
            }
        }
    }

    /** A length or distance from the symbol that tells its leading bits. */
    private int length(int symbol) throws DataFormatException {
        if (symbol < 4) {
            return symbol + 1;
        }
        int extra = symbol - 2 >> 1;
        return (2 + (symbol & 1) << extra) + bits.read(extra) + 1;
    }

    private static int distance(int code, int width) {
        if (code > NEIGHBOURS.length) {
            return code - NEIGHBOURS.length;
        }
        int n = NEIGHBOURS[code - 1];
        return Math.max(1, (n >> 4) * width + 8 - (n & 15));
    }
}
