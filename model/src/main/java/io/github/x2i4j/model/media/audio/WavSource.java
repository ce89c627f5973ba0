package io.github.x2i4j.model.media.audio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** WAV: linear PCM of 8 to 32 bits and float of 32 and 64 bits, also as WAVE_FORMAT_EXTENSIBLE; RF64 for long ones. */
final class WavSource implements PcmSource {
    private static final int PCM = 1;
    private static final int FLOAT = 3;
    private static final int EXTENSIBLE = 0xFFFE;
    private static final int LONGEST_FORMAT = 1 << 12;
    private static final long UNKNOWN = 0xFFFFFFFFL;

    /** Turns the sample that begins at a byte into a number. */
    private interface Sample {
        float at(ByteBuffer bytes, int offset);
    }

    private final AudioInput in;
    private int sampleRate;
    private int channels;
    private int frameBytes;
    private Sample sample;
    private long left;
    private final long frames;
    private byte[] block = new byte[0];

    WavSource(AudioInput in) throws IOException {
        this.in = in;
        in.skip(12);
        long longSize = -1;
        while (true) {
            if (in.remaining() < 8) {
                throw sample == null ? new CorruptAudioException("is a WAV file without a format chunk")
                        : new CorruptAudioException("is a WAV file without a data chunk");
            }
            ByteBuffer chunk = little(in.bytes(8));
            String name = new String(chunk.array(), 0, 4, StandardCharsets.ISO_8859_1);
            long size = chunk.getInt(4) & UNKNOWN;
            if (name.equals("data")) {
                if (sample == null) {
                    throw new CorruptAudioException("is a WAV file whose samples stand before their format");
                }
                left = frames = dataBytes(size, longSize) / frameBytes;
                return;
            }
            if (size > in.remaining()) {
                throw new CorruptAudioException("is corrupt or truncated: chunk '" + name.replaceAll("[^ -~]", "?") + "' claims " + size + " bytes, "
                        + in.remaining() + " are left");
            }
            long end = in.position() + size;
            if (name.equals("fmt ")) {
                format(little(in.bytes((int) Math.min(size, LONGEST_FORMAT))));
            } else if (name.equals("ds64") && size >= 16) {
                longSize = little(in.bytes(16)).getLong(8);
            }
            in.skip(Math.min(end - in.position() + (size & 1), in.remaining()));
        }
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Programs that write into a pipe leave the size unknown: all that follows are samples then. */
    private long dataBytes(long size, long longSize) throws CorruptAudioException {
        long bytes = size != UNKNOWN ? size : longSize >= 0 ? longSize : in.remaining();
        if (bytes > in.remaining()) {
            throw new CorruptAudioException("is truncated: its samples should take " + bytes + " bytes, " + in.remaining() + " are there");
        }
        return bytes;
    }

    private void format(ByteBuffer f) throws IOException {
        if (f.capacity() < 16) {
            throw new CorruptAudioException("has a format chunk of " + f.capacity() + " bytes; expected 16");
        }
        int format = f.getShort(0) & 0xFFFF;
        if (format == EXTENSIBLE && f.capacity() >= 26) {
            format = f.getShort(24) & 0xFFFF;
        }
        channels = f.getShort(2) & 0xFFFF;
        sampleRate = f.getInt(4);
        int bits = f.getShort(14) & 0xFFFF;
        if (channels < 1) {
            throw new CorruptAudioException("states that it has no channels");
        }
        int sampleBytes = (bits + 7) / 8;
        frameBytes = channels * sampleBytes;
        sample = sample(format, bits);
        if ((f.getShort(12) & 0xFFFF) != frameBytes) {
            throw new CorruptAudioException("states frames of " + (f.getShort(12) & 0xFFFF) + " bytes for " + channels
                    + " channels of " + bits + " bits");
        }
    }

    private static Sample sample(int format, int bits) throws IOException {
        if (format == PCM && bits >= 1 && bits <= 32) {
            return switch ((bits + 7) / 8) {
                case 1 -> (b, i) -> ((b.get(i) & 0xFF) - 128) * 0x1p-7f;
                case 2 -> (b, i) -> b.getShort(i) * 0x1p-15f;
                case 3 -> (b, i) -> (b.get(i) & 0xFF | (b.get(i + 1) & 0xFF) << 8 | b.get(i + 2) << 16) * 0x1p-23f;
                default -> (b, i) -> b.getInt(i) * 0x1p-31f;
            };
        }
        if (format == FLOAT && bits == 32) {
            return ByteBuffer::getFloat;
        }
        if (format == FLOAT && bits == 64) {
            return (b, i) -> (float) b.getDouble(i);
        }
        throw new UnsupportedAudioException("is a WAV file of format " + format + " with " + bits
                + " bits, which is not read; convert it to 16-bit PCM");
    }

    @Override
    public PcmFormat format() {
        return new PcmFormat(sampleRate, channels, frames);
    }

    @Override
    public int read(float[] interleaved, int count) throws IOException {
        int n = (int) Math.min(count, left);
        if (n == 0) {
            return -1;
        }
        if (block.length < n * frameBytes) {
            block = new byte[n * frameBytes];
        }
        if (in.read(block, n * frameBytes) < n * frameBytes) {
            throw in.truncated();
        }
        ByteBuffer bytes = little(block);
        int sampleBytes = frameBytes / channels;
        for (int i = 0; i < n * channels; i++) {
            interleaved[i] = sample.at(bytes, i * sampleBytes);
        }
        left -= n;
        return n;
    }
}
