package io.github.x2i4j.model.media.audio;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Reads WAV, MP3, Ogg Vorbis and FLAC sounds as {@code librosa.load(sr=16000)} does: the channels' mean, then resampled to
 * 16 kHz, neither normalised nor clipped. What a file is, is told from its content, not from its name. A file is decoded as a
 * stream: the memory needed is that of the samples returned.
 */
public final class AudioDecoder {
    /** Samples in a second of what is returned. */
    public static final int SAMPLE_RATE = Resampler.RATE;

    static final int MOST_CHANNELS = 64;
    private static final int LOWEST_RATE = 1_000;
    private static final int HIGHEST_RATE = 768_000;
    private static final int BLOCK = 4096;

    private AudioDecoder() {
    }

    /** {@link #decode(Path, AudioOptions)} with the default options. */
    public static float[] decode(Path file) {
        return decode(file, AudioOptions.DEFAULT);
    }

    /**
     * Reads a sound from a file.
     *
     * @return samples at 16 kHz, nominally in [-1, 1], at least one
     * @throws InvalidInputException if the file cannot be read, is no sound, is corrupt or truncated, has no samples in the part
     *     wanted, or lasts longer than the options allow
     * @throws UnsupportedFeatureException if it is a sound of a format that is not read
     */
    public static float[] decode(Path file, AudioOptions options) {
        if (Files.isDirectory(file)) {
            throw new InvalidInputException(file + " is a folder; name a sound (WAV, MP3, Ogg Vorbis, FLAC)");
        }
        try (AudioInput in = AudioInput.open(file)) {
            return samples(in, options);
        } catch (NoSuchFileException e) {
            throw new InvalidInputException(file + " does not exist; name a sound (WAV, MP3, Ogg Vorbis, FLAC)", e);
        } catch (CorruptAudioException e) {
            throw new InvalidInputException(file + " " + e.getMessage(), e);
        } catch (UnsupportedAudioException e) {
            throw new UnsupportedFeatureException(file + " " + e.getMessage());
        } catch (IOException e) {
            throw new InvalidInputException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    static float[] samples(AudioInput in, AudioOptions options) throws IOException {
        PcmSource source = AudioFormats.open(in);
        PcmFormat format = source.format();
        int rate = format.sampleRate();
        if (format.channels() < 1 || format.channels() > MOST_CHANNELS) {
            throw new CorruptAudioException("has " + format.channels() + " channels; up to " + MOST_CHANNELS + " are read");
        }
        if (rate < LOWEST_RATE || rate > HIGHEST_RATE) {
            throw new CorruptAudioException("has a sample rate of " + (rate & 0xFFFFFFFFL) + " Hz; expected " + LOWEST_RATE + " to "
                    + HIGHEST_RATE);
        }
        long start = (long) (options.offset() * rate);
        long limit = (long) (options.maxSeconds() * rate);
        long wanted = Math.min((long) (options.duration() * rate), limit + 1);
        if (format.frames() >= 0) {
            wanted = Math.clamp(format.frames() - start, 0, wanted);
            check(wanted, limit, options);
        }
        Resampler resampler = new Resampler(rate, format.frames() < 0 ? 0 : wanted);
        long read = read(source, start, wanted, limit, options, resampler);
        if (read == 0) {
            throw new CorruptAudioException(start == 0 ? "has no samples"
                    : "has no samples from second " + options.offset() + " on; it ends before");
        }
        return resampler.finish();
    }

    private static void check(long frames, long limit, AudioOptions options) throws CorruptAudioException {
        if (frames > limit) {
            throw new CorruptAudioException(String.format(Locale.ROOT, "lasts longer than the limit of %.6g seconds; cut it, read a part of it,"
                    + " or raise the limit (--max-audio-length)", options.maxSeconds()));
        }
    }

    /** Hands the mean of the channels of the frames [start, start + wanted) on; how many there were. */
    private static long read(PcmSource source, long start, long wanted, long limit, AudioOptions options, Resampler to)
            throws IOException {
        int channels = source.format().channels();
        float[] block = new float[BLOCK * channels];
        float[] mono = new float[BLOCK];
        long position = 0;
        while (position < start + wanted) {
            long gone = position < start ? start - position : start + wanted - position;
            int n = source.read(block, (int) Math.min(BLOCK, gone));
            if (n < 0) {
                break;
            }
            position += n;
            if (position > start) {
                mean(block, channels, n, mono);
                check(position - start, limit, options);
                to.accept(mono, n);
            }
        }
        return Math.max(0, position - start);
    }

    private static void mean(float[] block, int channels, int count, float[] mono) throws CorruptAudioException {
        for (int i = 0; i < count; i++) {
            float sum = 0;
            for (int c = 0; c < channels; c++) {
                sum += block[i * channels + c];
            }
            mono[i] = sum / channels;
            if (!Float.isFinite(mono[i])) {
                throw new CorruptAudioException("holds samples that are no finite numbers");
            }
        }
    }
}
