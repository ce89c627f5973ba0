package io.github.x2i4j.model.media.webp;

import java.util.zip.DataFormatException;

/** Bits of a lossless picture, the lowest of a byte first. */
final class LosslessBits {
    private final byte[] bytes;
    private final int end;
    private int at;
    private long window;
    private int held;

    LosslessBits(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    /** The next bits, at most 24, as far as there are any; zeros after them. They stay unread. */
    int peek(int count) {
        while (held < count && at < end) {
            window |= (bytes[at++] & 0xFFL) << held;
            held += 8;
        }
        return (int) window & (1 << count) - 1;
    }

    /** Goes past bits that were peeked at. */
    void skip(int count) throws DataFormatException {
        if (count > held) {
            throw new DataFormatException("is truncated: it ends at byte " + end);
        }
        window >>>= count;
        held -= count;
    }

    int read(int count) throws DataFormatException {
        int v = peek(count);
        skip(count);
        return v;
    }

    boolean flag() throws DataFormatException {
        return read(1) == 1;
    }

    DataFormatException corrupt(String what) {
        return new DataFormatException("is corrupt: " + what + " before byte " + at);
    }
}
