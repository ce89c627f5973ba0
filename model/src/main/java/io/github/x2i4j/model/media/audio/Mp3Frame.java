package io.github.x2i4j.model.media.audio;

/**
 * What the header of an MPEG audio layer III frame says (ISO/IEC 11172-3, 13818-3).
 *
 * @param header its four bytes
 */
record Mp3Frame(int header) {
    static final int HEADER_BYTES = 4;

    private static final int[] KBITS_MPEG_1 = {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320};
    private static final int[] KBITS_MPEG_2 = {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};
    private static final int[] RATES_MPEG_1 = {44_100, 48_000, 32_000};
    private static final int SYNC = 0xFFE00000;
    /** Version, layer and sample rate, which all frames of a sound share. */
    private static final int SHARED = 0xFFFE0C00;

    /** The header at the beginning of some bytes, or null where none is. */
    static Mp3Frame at(byte[] b) {
        if (b.length < HEADER_BYTES) {
            return null;
        }
        Mp3Frame frame = new Mp3Frame(b[0] << 24 | (b[1] & 0xFF) << 16 | (b[2] & 0xFF) << 8 | b[3] & 0xFF);
        return frame.valid() ? frame : null;
    }

    private boolean valid() {
        int bitrate = header >>> 12 & 15;
        return (header & SYNC) == SYNC && (header >>> 19 & 3) != 1 && (header >>> 17 & 3) == 1 && bitrate != 0 && bitrate != 15
                && (header >>> 10 & 3) != 3;
    }

    boolean continues(Mp3Frame first) {
        return ((header ^ first.header) & SHARED) == 0 && channels() == first.channels();
    }

    private boolean mpeg1() {
        return (header >>> 19 & 3) == 3;
    }

    int channels() {
        return (header >>> 6 & 3) == 3 ? 1 : 2;
    }

    int sampleRate() {
        int divisor = switch (header >>> 19 & 3) {
            case 3 -> 1;
            case 2 -> 2;
            default -> 4;
        };
        return RATES_MPEG_1[header >>> 10 & 3] / divisor;
    }

    /** Samples of each channel. */
    int samples() {
        return mpeg1() ? 1152 : 576;
    }

    /** Bytes, those of the header among them. */
    int bytes() {
        int kbits = (mpeg1() ? KBITS_MPEG_1 : KBITS_MPEG_2)[header >>> 12 & 15];
        return samples() / 8 * 1000 * kbits / sampleRate() + (header >>> 9 & 1);
    }

    /** Bytes before the main data, and so before a Xing or Info tag: the header and the side information. */
    int tagOffset() {
        int side = mpeg1() ? (channels() == 1 ? 17 : 32) : channels() == 1 ? 9 : 17;
        return HEADER_BYTES + side;
    }
}
