package io.github.x2i4j.model.media.video;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bits of a H.264 NAL unit behind its header byte, emulation prevention removed. Unlike the decoder it notices where they end. */
final class NalBits {
    /** Bytes of zeros at least. */
    private static final int ZEROS = 8;

    private final byte[] bytes;
    private final int bits;
    private int at;
    private int mark;

    /** @param nal the whole unit; its position is left alone */
    NalBits(ByteBuffer nal) {
        byte[] out = new byte[nal.remaining()];
        int n = 0;
        int zeros = 0;
        for (int i = nal.position() + 1; i < nal.limit(); i++) {
            byte b = nal.get(i);
            if (zeros >= 2 && b == 3) {
                zeros = 0;
                continue;
            }
            zeros = b == 0 ? zeros + 1 : 0;
            out[n++] = b;
        }
        bytes = out;
        bits = 8 * n;
    }

    /** What lies before here is what {@link #beforeMark} gives. */
    void mark() {
        mark = at;
    }

    /** The bits before the mark, then zeros. */
    ByteBuffer beforeMark() {
        byte[] copy = Arrays.copyOf(bytes, (mark >> 3) + 1 + ZEROS);
        copy[mark >> 3] &= (byte) ~(0xFF >> (mark & 7));
        Arrays.fill(copy, (mark >> 3) + 1, copy.length, (byte) 0);
        return ByteBuffer.wrap(copy);
    }

    int bit() throws CorruptVideoException {
        if (at >= bits) {
            throw new CorruptVideoException("is corrupt: headers of its H.264 stream end early");
        }
        int b = bytes[at >> 3] >> (7 - (at & 7)) & 1;
        at++;
        return b;
    }

    boolean flag() throws CorruptVideoException {
        return bit() == 1;
    }

    int bits(int count) throws CorruptVideoException {
        int v = 0;
        for (int i = 0; i < count; i++) {
            v = v << 1 | bit();
        }
        return v;
    }

    /** An Exp-Golomb code, ue(v); signed codes, se(v), are as long. */
    long golomb() throws CorruptVideoException {
        int zeros = 0;
        while (bit() == 0) {
            if (++zeros > 32) {
                throw new CorruptVideoException("is corrupt: headers of its H.264 stream hold a number of more than 32 bits");
            }
        }
        long v = 1;
        for (int i = 0; i < zeros; i++) {
            v = v << 1 | bit();
        }
        return v - 1;
    }

    /** An Exp-Golomb code that may be at most {@code most}. */
    int golomb(String field, int most) throws CorruptVideoException {
        long v = golomb();
        if (v > most) {
            throw new CorruptVideoException("is corrupt: " + field + " of its H.264 stream is " + v + ", at most " + most + " is allowed");
        }
        return (int) v;
    }

    /** A signed Exp-Golomb code. */
    long signedGolomb() throws CorruptVideoException {
        long v = golomb();
        return (v & 1) == 1 ? (v + 1) / 2 : -v / 2;
    }
}
