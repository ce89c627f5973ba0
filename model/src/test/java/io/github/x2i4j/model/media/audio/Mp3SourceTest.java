package io.github.x2i4j.model.media.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Mp3SourceTest {
    private static final int FRAME_BYTES = 144;
    private static final int FRAME_SAMPLES = 1152;

    @TempDir
    Path folder;

    /** Frames of MPEG 1 layer III, 48 kbit/s, 48 kHz, mono, with no bits set: silence. */
    private static byte[] silence(int frames) {
        byte[] bytes = new byte[frames * FRAME_BYTES];
        for (int i = 0; i < bytes.length; i += FRAME_BYTES) {
            System.arraycopy(new byte[] {(byte) 0xFF, (byte) 0xFB, 0x34, (byte) 0xC0}, 0, bytes, i, 4);
        }
        return bytes;
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(out::writeBytes);
        return out.toByteArray();
    }

    private static long frames(byte[] bytes) throws Exception {
        return frames(bytes, 48_000);
    }

    private static long frames(byte[] bytes, int sampleRate) throws Exception {
        PcmSource source = AudioFormats.open(AudioInput.of(bytes));
        assertThat(source.format().sampleRate()).isEqualTo(sampleRate);
        float[] block = new float[1000 * source.format().channels()];
        long frames = 0;
        for (int n = source.read(block, 1000); n >= 0; n = source.read(block, 1000)) {
            frames += n;
        }
        return frames;
    }

    private void refused(byte[] bytes, String word) throws Exception {
        Path file = Files.write(folder.resolve("sound"), bytes);
        assertThatThrownBy(() -> AudioDecoder.decode(file)).isInstanceOf(InvalidInputException.class).hasMessageContaining("sound")
                .hasMessageContaining(word);
    }

    @Test
    void everyFrameCountsWhereNoTagTellsOtherwise() throws Exception {
        byte[] tag = Arrays.copyOf("TAG".getBytes(StandardCharsets.US_ASCII), 128);
        byte[] id3 = {'I', 'D', '3', 3, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4, 5};
        assertThat(frames(silence(4))).isEqualTo(4 * FRAME_SAMPLES);
        assertThat(frames(silence(1))).isEqualTo(FRAME_SAMPLES);
        assertThat(frames(joined(id3, silence(4), tag))).isEqualTo(4 * FRAME_SAMPLES);
    }

    @Test
    void aSoundWhoseLengthNobodyStatesIsRefusedWhereItPassesTheLimit() throws Exception {
        Path file = Files.write(folder.resolve("sound"), silence(40));
        AudioOptions options = AudioOptions.DEFAULT.limit(0.5);
        assertThatThrownBy(() -> AudioDecoder.decode(file, options)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("--max-audio-length");
        assertThat(AudioDecoder.decode(file, options.part(0.1, 0.4))).hasSize(6400);
    }

    @Test
    void longTagsInFrontArePassedOver() throws Exception {
        byte[] id3 = Arrays.copyOf(new byte[] {'I', 'D', '3', 3, 0, 0, 0, 0, 2, 1}, 10 + 257);
        System.arraycopy(silence(1), 0, id3, 40, FRAME_BYTES); // no sound: it stands in the tag
        assertThat(frames(joined(id3, silence(4)))).isEqualTo(4 * FRAME_SAMPLES);
    }

    @Test
    void framesOfLowSampleRatesAreHalfAsLong() throws Exception {
        byte[] low = new byte[5 * 96]; // MPEG 2, 32 kbit/s, 24 kHz, mono
        byte[] lowest = new byte[5 * 192]; // MPEG 2.5, 32 kbit/s, 12 kHz, mono
        for (int i = 0; i < 5; i++) {
            System.arraycopy(new byte[] {(byte) 0xFF, (byte) 0xF3, 0x44, (byte) 0xC0}, 0, low, 96 * i, 4);
            System.arraycopy(new byte[] {(byte) 0xFF, (byte) 0xE3, 0x44, (byte) 0xC0}, 0, lowest, 192 * i, 4);
        }
        assertThat(frames(low, 24_000)).isEqualTo(5 * FRAME_SAMPLES / 2);
        assertThat(frames(lowest, 12_000)).isEqualTo(5 * FRAME_SAMPLES / 2);
    }

    @Test
    void aFrameMayHaveAByteMore() throws Exception {
        byte[] padded = new byte[FRAME_BYTES + 1];
        System.arraycopy(new byte[] {(byte) 0xFF, (byte) 0xFB, 0x36, (byte) 0xC0}, 0, padded, 0, 4);
        padded[FRAME_BYTES] = (byte) 0xFF;
        assertThat(frames(joined(padded, silence(1), padded, silence(2)))).isEqualTo(5 * FRAME_SAMPLES);
    }

    @Test
    void aFrameWithATableOfContentsIsNoSound() throws Exception {
        byte[] vbri = silence(1);
        System.arraycopy("VBRI".getBytes(StandardCharsets.US_ASCII), 0, vbri, 36, 4);
        assertThat(frames(joined(vbri, silence(4)))).isEqualTo(4 * FRAME_SAMPLES);
    }

    @Test
    void whatTheEncoderAddedIsCut() throws Exception {
        byte[] info = silence(1);
        System.arraycopy("Info".getBytes(StandardCharsets.US_ASCII), 0, info, 21, 4);
        assertThat(frames(joined(info, silence(4)))).isEqualTo(4 * FRAME_SAMPLES);
        System.arraycopy("Lavc".getBytes(StandardCharsets.US_ASCII), 0, info, 29, 4);
        int delay = 1105;
        int padding = 1000;
        info[50] = (byte) (delay >> 4);
        info[51] = (byte) (delay << 4 | padding >> 8);
        info[52] = (byte) padding;
        assertThat(frames(joined(info, silence(4)))).isEqualTo(4 * FRAME_SAMPLES - delay - padding);
    }

    @Test
    void whatIsTruncatedOrCorruptIsRefused() throws Exception {
        byte[] good = silence(4);
        refused(Arrays.copyOf(good, good.length - 10), "truncated");
        refused(Arrays.copyOf(good, 100), "no MP3 frames");
        refused(new byte[] {'I', 'D', '3', 3, 0, 0, 127, 127, 127, 127}, "truncated");
    }

    @Test
    void noiseInFramesEndsInNoOtherError() throws Exception {
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            byte[] bytes = silence(20);
            for (int i = 0; i < bytes.length; i++) {
                if (i % FRAME_BYTES >= 4) {
                    bytes[i] = (byte) random.nextInt();
                }
            }
            try {
                assertThat(frames(bytes)).isEqualTo(20 * FRAME_SAMPLES);
            } catch (CorruptAudioException e) {
                assertThat(e).hasMessageContaining("corrupt MP3");
            }
        }
    }
}
