package io.github.x2i4j.model.media.audio;

import java.io.IOException;

/** Bits of a FLAC stream, the highest of a byte first, with the checksums of a frame (RFC 9639, 9.1.8 and 9.3). */
final class FlacBits {
    private static final int[] CRC_8 = new int[256];
    private static final int[] CRC_16 = new int[256];

    static {
        for (int i = 0; i < CRC_8.length; i++) {
            int small = i;
            int large = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                small = small << 1 ^ ((small & 0x80) != 0 ? 0x07 : 0);
                large = large << 1 ^ ((large & 0x8000) != 0 ? 0x8005 : 0);
            }
            CRC_8[i] = small & 0xFF;
            CRC_16[i] = large & 0xFFFF;
        }
    }

    private final AudioInput in;
    private int window;
    private int windowBits;
    private int crc8;
    private int crc16;

    FlacBits(AudioInput in) {
        this.in = in;
    }

    /** A frame begins here. */
    void begin() {
        windowBits = 0;
        crc8 = 0;
        crc16 = 0;
    }

    /** Reads the checksum of the header; whether it is right. */
    boolean endHeader() throws IOException {
        int expected = crc8;
        return unsigned(8) == expected;
    }

    /** Reads the checksum of the frame, which begins with the next whole byte; whether it is right. */
    boolean end() throws IOException {
        windowBits = 0;
        int expected = crc16;
        return unsigned(16) == expected;
    }

    /** Zeros before the next one. */
    int unary() throws IOException {
        int zeros = 0;
        while (unsigned(1) == 0) {
            zeros++;
        }
        return zeros;
    }

    int signed(int width) throws IOException {
        int value = unsigned(width);
        return width == 0 ? 0 : value << 32 - width >> 32 - width;
    }

    int unsigned(int width) throws IOException {
        int value = 0;
        for (int need = width; need > 0;) {
            if (windowBits == 0) {
                next();
            }
            int n = Math.min(need, windowBits);
            windowBits -= n;
            value = value << n | window >>> windowBits & (1 << n) - 1;
            need -= n;
        }
        return value;
    }

    private void next() throws IOException {
        window = in.read();
        if (window < 0) {
            throw in.truncated();
        }
        windowBits = 8;
        crc8 = CRC_8[crc8 ^ window];
        crc16 = (crc16 << 8 ^ CRC_16[crc16 >> 8 ^ window]) & 0xFFFF;
    }
}
