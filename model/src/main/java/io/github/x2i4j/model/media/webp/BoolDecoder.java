package io.github.x2i4j.model.media.webp;

/** The arithmetic decoder of VP8 (RFC 6386, 7): bits of stated probability out of a part of a file. */
final class BoolDecoder {
    private static final int EVEN = 128;
    private static final int FILLED = Long.SIZE - 16;

    private final byte[] bytes;
    private int at;
    private final int end;
    private long value;
    /** Bits of {@link #value} beyond the 8 that decide next; negative where it must be filled. */
    private int spare = -8;
    private int range = 255;
    private boolean beyond;

    BoolDecoder(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    /** Whether more was asked for than there is. */
    boolean beyond() {
        return beyond;
    }

    /** The next bit; {@code zero} of 256 cases are 0. */
    int bit(int zero) {
        if (spare < 0) {
            fill();
        }
        int split = 1 + ((range - 1) * zero >> 8);
        long limit = (long) split << spare;
        int bit;
        if (value >= limit) {
            value -= limit;
            range -= split;
            bit = 1;
        } else {
            range = split;
            bit = 0;
        }
        int shift = Integer.numberOfLeadingZeros(range) - (Integer.SIZE - 8);
        range <<= shift;
        spare -= shift;
        return bit;
    }

    private void fill() {
        if (at == end) {
            beyond = true;
            value <<= 8;
            spare += 8;
        }
        while (at < end && spare < FILLED - 8) {
            value = value << 8 | bytes[at++] & 0xFF;
            spare += 8;
        }
    }

    boolean flag() {
        return bit(EVEN) == 1;
    }

    /** A number of so many bits. */
    int number(int bits) {
        int v = 0;
        for (int i = 0; i < bits; i++) {
            v = v << 1 | bit(EVEN);
        }
        return v;
    }

    /** A magnitude of so many bits and a sign. */
    int signed(int bits) {
        int v = number(bits);
        return flag() ? -v : v;
    }

    /** A signed number that a flag announces, otherwise 0. */
    int optional(int bits) {
        return flag() ? signed(bits) : 0;
    }
}
