package io.github.x2i4j.model.media.audio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** FLAC (RFC 9639) of up to 24 bits. The checksums of frames are checked, and at the end that of all samples. */
final class FlacSource implements PcmSource {
    private static final int STREAM_INFO = 34;
    private static final int DIGEST = 16;
    private static final int MOST_BITS = 24;
    private static final int SYNC = 0x7FFC;
    private static final int[][] FIXED = {{}, {1}, {2, -1}, {3, -3, 1}, {4, -6, 4, -1}};
    private static final int[] SAMPLE_BITS = {0, 8, 12, 0, 16, 20, 24, 0};

    private final AudioInput in;
    private final FlacBits input;
    private final int sampleRate;
    private final int channels;
    private final int bits;
    private final long frames;
    private final int largestBlock;
    private final int[][] block;
    private int blockFrom;
    private int blockSize;
    private long decoded;
    /** Of all samples, to be compared at the end; null where the file states none. */
    private final MessageDigest digest;
    private final byte[] stated;
    private byte[] plain = new byte[0];

    FlacSource(AudioInput in) throws IOException {
        this.in = in;
        input = new FlacBits(in);
        in.skip(4);
        byte[] head = in.bytes(4);
        if ((head[0] & 0x7F) != 0 || length(head) != STREAM_INFO) {
            throw corrupt();
        }
        ByteBuffer info = ByteBuffer.wrap(in.bytes(STREAM_INFO));
        largestBlock = info.getShort(2) & 0xFFFF;
        long packed = info.getLong(10);
        sampleRate = (int) (packed >>> 44);
        channels = (int) (packed >>> 41 & 7) + 1;
        bits = (int) (packed >>> 36 & 31) + 1;
        long total = packed & (1L << 36) - 1;
        frames = total == 0 ? -1 : total;
        stated = Arrays.copyOfRange(info.array(), STREAM_INFO - DIGEST, STREAM_INFO);
        digest = Arrays.equals(stated, new byte[DIGEST]) ? null : md5();
        if (bits > MOST_BITS) {
            throw new UnsupportedAudioException("is a FLAC file of " + bits + " bits, of which up to 24 are read; convert it to WAV");
        }
        while (head[0] >= 0) {
            head = in.bytes(4);
            in.skip(length(head));
        }
        block = new int[channels][largestBlock];
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has MD5", e);
        }
    }

    private static int length(byte[] head) {
        return (head[1] & 0xFF) << 16 | (head[2] & 0xFF) << 8 | head[3] & 0xFF;
    }

    @Override
    public PcmFormat format() {
        return new PcmFormat(sampleRate, channels, frames);
    }

    @Override
    public int read(float[] interleaved, int count) throws IOException {
        if (blockFrom == blockSize) {
            if (ended()) {
                return -1;
            }
            readBlock();
            if (ended()) {
                checkAll();
            }
        }
        int n = Math.min(count, blockSize - blockFrom);
        float scale = 1f / (1 << bits - 1);
        for (int c = 0; c < channels; c++) {
            for (int i = 0; i < n; i++) {
                interleaved[i * channels + c] = block[c][blockFrom + i] * scale;
            }
        }
        blockFrom += n;
        return n;
    }

    private boolean ended() {
        return frames >= 0 ? decoded >= frames : in.remaining() == 0;
    }

    /** At the end of the sound, which must come out as it was packed. */
    private void checkAll() throws CorruptAudioException {
        if (frames >= 0 && decoded > frames) {
            throw corrupt("it has more samples than it states");
        }
        if (digest != null && !Arrays.equals(digest.digest(), stated)) {
            throw corrupt("its samples are not those that were packed, by their checksum");
        }
    }

    /** Samples as the checksum takes them: interleaved, in whole bytes, the lowest first. */
    private void digest(int size) {
        if (digest == null) {
            return;
        }
        int width = (bits + 7) / 8;
        if (plain.length < size * channels * width) {
            plain = new byte[size * channels * width];
        }
        int at = 0;
        for (int i = 0; i < size; i++) {
            for (int c = 0; c < channels; c++) {
                for (int shift = 0; shift < 8 * width; shift += 8) {
                    plain[at++] = (byte) (block[c][i] >> shift);
                }
            }
        }
        digest.update(plain, 0, at);
    }

    private void readBlock() throws IOException {
        input.begin();
        if (input.unsigned(15) != SYNC) {
            throw corrupt();
        }
        input.unsigned(1);
        int sizeCode = input.unsigned(4);
        int rateCode = input.unsigned(4);
        int assignment = input.unsigned(4);
        int bitsCode = input.unsigned(3);
        input.unsigned(1);
        int lead = Integer.numberOfLeadingZeros(~(input.unsigned(8) << 24));
        for (int i = 1; i < lead; i++) {
            input.unsigned(8);
        }
        int size = switch (sizeCode) {
            case 0 -> 0;
            case 1 -> 192;
            case 6 -> input.unsigned(8) + 1;
            case 7 -> input.unsigned(16) + 1;
            default -> sizeCode < 6 ? 576 << sizeCode - 2 : 256 << sizeCode - 8;
        };
        input.unsigned(rateCode == 12 ? 8 : rateCode == 13 || rateCode == 14 ? 16 : 0);
        if (!input.endHeader()) {
            throw corrupt("the checksum of a frame's header is wrong");
        }
        int count = assignment < 8 ? assignment + 1 : 2;
        if (size == 0 || size > largestBlock || assignment > 10 || count != channels || bitsCode != 0 && SAMPLE_BITS[bitsCode] != bits) {
            throw corrupt();
        }
        for (int c = 0; c < channels; c++) {
            boolean side = assignment == 8 && c == 1 || assignment == 9 && c == 0 || assignment == 10 && c == 1;
            subframe(block[c], size, bits + (side ? 1 : 0));
        }
        if (!input.end()) {
            throw corrupt("the checksum of a frame is wrong");
        }
        if (assignment >= 8) {
            join(assignment, size);
        }
        digest(size);
        blockFrom = 0;
        blockSize = size;
        decoded += size;
    }

    private void join(int assignment, int size) {
        int[] a = block[0];
        int[] b = block[1];
        for (int i = 0; i < size; i++) {
            switch (assignment) {
                case 8 -> b[i] = a[i] - b[i];
                case 9 -> a[i] += b[i];
                default -> {
                    int sum = a[i] << 1 | b[i] & 1;
                    a[i] = sum + b[i] >> 1;
                    b[i] = sum - b[i] >> 1;
                }
            }
        }
    }

    private void subframe(int[] to, int size, int width) throws IOException {
        input.unsigned(1);
        int type = input.unsigned(6);
        int wasted = input.unsigned(1) == 0 ? 0 : input.unary() + 1;
        int w = width - wasted;
        if (w < 1) {
            throw corrupt();
        }
        if (type == 0) {
            Arrays.fill(to, 0, size, input.signed(w));
        } else if (type == 1) {
            verbatim(to, size, w);
        } else if (type >= 8 && type <= 12) {
            predicted(to, size, w, type - 8, true);
        } else if (type >= 32) {
            predicted(to, size, w, type - 31, false);
        } else {
            throw corrupt();
        }
        for (int i = 0; i < size; i++) {
            to[i] <<= wasted;
        }
    }

    private void verbatim(int[] to, int count, int width) throws IOException {
        for (int i = 0; i < count; i++) {
            to[i] = input.signed(width);
        }
    }

    private void predicted(int[] to, int size, int width, int order, boolean fixed) throws IOException {
        if (order > size) {
            throw corrupt();
        }
        verbatim(to, order, width);
        int[] weights = fixed ? FIXED[order] : new int[order];
        int shift = 0;
        if (!fixed) {
            int precision = input.unsigned(4) + 1;
            shift = input.signed(5);
            if (precision == 16 || shift < 0) {
                throw corrupt();
            }
            verbatim(weights, order, precision);
        }
        residual(to, size, order);
        for (int i = order; i < size; i++) {
            long sum = 0;
            for (int j = 0; j < order; j++) {
                sum += (long) weights[j] * to[i - 1 - j];
            }
            to[i] += (int) (sum >> shift);
        }
    }

    private void residual(int[] to, int size, int order) throws IOException {
        int method = input.unsigned(2);
        int parameterBits = 4 + method;
        int partitions = 1 << input.unsigned(4);
        int each = size / partitions;
        if (method > 1 || each * partitions != size || each < order) {
            throw corrupt();
        }
        for (int p = 0, i = order; p < partitions; p++) {
            int rice = input.unsigned(parameterBits);
            boolean raw = rice == (1 << parameterBits) - 1;
            int width = raw ? input.unsigned(5) : 0;
            for (; i < (p + 1) * each; i++) {
                if (raw) {
                    to[i] = input.signed(width);
                } else {
                    int value = input.unary() << rice | input.unsigned(rice);
                    to[i] = value >>> 1 ^ -(value & 1);
                }
            }
        }
    }

    private CorruptAudioException corrupt() {
        return new CorruptAudioException("is a corrupt FLAC file at byte " + in.position());
    }

    private CorruptAudioException corrupt(String why) {
        return new CorruptAudioException("is a corrupt FLAC file: " + why + " (before byte " + in.position() + ")");
    }
}
