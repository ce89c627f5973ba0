package io.github.x2i4j.model.media.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AudioDecoderTest {
    @TempDir
    Path folder;

    private static byte[] wav(int format, int channels, int rate, int bits, long stated, byte[] data) {
        int frame = channels * bits / 8;
        return ByteBuffer.allocate(44 + data.length).order(ByteOrder.LITTLE_ENDIAN).put(ascii("RIFF")).putInt(36 + data.length)
                .put(ascii("WAVEfmt ")).putInt(16).putShort((short) format).putShort((short) channels).putInt(rate)
                .putInt(rate * frame).putShort((short) frame).putShort((short) bits).put(ascii("data")).putInt((int) stated)
                .put(data).array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private float[] decode(byte[] bytes, AudioOptions options) throws Exception {
        return AudioDecoder.decode(Files.write(folder.resolve("sound.mp3"), bytes), options);
    }

    private float[] decode(byte[] bytes) throws Exception {
        return decode(bytes, AudioOptions.DEFAULT);
    }

    private void refused(byte[] bytes, String... words) {
        assertThatThrownBy(() -> decode(bytes)).isInstanceOf(InvalidInputException.class).hasMessageContaining("sound.mp3")
                .hasMessageContainingAll(words);
    }

    @Test
    void samplesOfEveryWidthAreScaled() throws Exception {
        assertThat(decode(wav(1, 1, 16_000, 8, 3, new byte[] {0, (byte) 128, (byte) 192}))).containsExactly(-1, 0, 0.5f);
        assertThat(decode(wav(1, 1, 16_000, 16, 4, new byte[] {0, (byte) 0x80, 0, 0x40}))).containsExactly(-1, 0.5f);
        assertThat(decode(wav(1, 1, 16_000, 24, 6, new byte[] {0, 0, (byte) 0xC0, 0, 0, 0x40}))).containsExactly(-0.5f, 0.5f);
        assertThat(decode(wav(1, 1, 16_000, 32, 4, new byte[] {0, 0, 0, 0x20}))).containsExactly(0.25f);
        assertThat(decode(wav(3, 1, 16_000, 32, 4, new byte[] {0, 0, 0, 0x40}))).containsExactly(2);
        assertThat(decode(wav(3, 1, 16_000, 64, 8, new byte[] {0, 0, 0, 0, 0, 0, 0, 0x40}))).containsExactly(2);
    }

    /** A file of chunks, each a name and what it holds. */
    private static byte[] chunks(String form, Object... namesAndContents) {
        ByteBuffer b = ByteBuffer.allocate(400).order(ByteOrder.LITTLE_ENDIAN).put(ascii(form)).putInt(0).put(ascii("WAVE"));
        for (int i = 0; i < namesAndContents.length; i += 2) {
            byte[] content = (byte[]) namesAndContents[i + 1];
            b.put(ascii((String) namesAndContents[i])).putInt(namesAndContents[i].equals("data") && form.equals("RF64") ? -1 : content.length)
                    .put(content);
            if (content.length % 2 == 1) {
                b.put((byte) 0);
            }
        }
        return Arrays.copyOf(b.array(), b.position());
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] format(int format, int bits, int extension) {
        ByteBuffer f = little(extension > 0 ? 40 : 16).putShort((short) format).putShort((short) 1).putInt(16_000)
                .putInt(16_000 * bits / 8).putShort((short) (bits / 8)).putShort((short) bits);
        return extension > 0 ? f.putShort((short) 22).putShort((short) bits).putInt(4).putShort((short) extension).array() : f.array();
    }

    @Test
    void anExtensibleFormatNamesTheRealOne() throws Exception {
        byte[] half = {0, 0, 0, 0x3F};
        assertThat(decode(chunks("RIFF", "fmt ", format(0xFFFE, 32, 3), "data", half))).containsExactly(0.5f);
        assertThat(decode(chunks("RIFF", "fmt ", format(0xFFFE, 32, 1), "data", half))).containsExactly(0x3F000000 * 0x1p-31f);
    }

    @Test
    void chunksOfOddLengthAreFilledUp() throws Exception {
        assertThat(decode(chunks("RIFF", "note", new byte[3], "fmt ", format(1, 8, 0), "data", new byte[] {(byte) 192})))
                .containsExactly(0.5f);
    }

    @Test
    void longFilesTellTheirLengthElsewhere() throws Exception {
        byte[] sizes = little(28).putLong(0).putLong(2).putLong(1).array();
        byte[] file = chunks("RF64", "ds64", sizes, "fmt ", format(1, 8, 0), "data", new byte[] {0, (byte) 192, 1, 2, 3, 4});
        assertThat(decode(file)).containsExactly(-1, 0.5f);
    }

    @Test
    void channelsAreAveragedAndPartsTaken() throws Exception {
        byte[] data = new byte[4 * 16_000];
        for (int i = 0; i < 16_000; i++) {
            data[4 * i + 1] = (byte) (i < 8000 ? 0x40 : 0x20);
        }
        byte[] file = wav(1, 2, 16_000, 16, data.length, data);
        assertThat(decode(file)).hasSize(16_000).startsWith(0.25f).endsWith(0.125f);
        assertThat(decode(file, AudioOptions.DEFAULT.part(0.5, 0.25))).hasSize(4000).containsOnly(0.125f);
    }

    @Test
    void whatIsWrongIsSaid() {
        byte[] good = wav(1, 1, 16_000, 16, 100, new byte[100]);
        refused(new byte[0], "is empty");
        refused(ascii("no sound at all, a text"), "is no sound");
        refused(Arrays.copyOf(good, 90), "truncated", "100 bytes");
        refused(Arrays.copyOf(good, 30), "truncated");
        refused(wav(1, 1, 16_000, 16, 0xFFFFFFF0L, new byte[100]), "4294967280 bytes");
        refused(wav(1, 1, 16_000, 16, 0, new byte[0]), "no samples");
        refused(wav(1, 0, 16_000, 16, 0, new byte[0]), "no channels");
        refused(wav(1, 1, 0, 16, 2, new byte[2]), "0 Hz");
        refused(wav(3, 1, 16_000, 32, 4, new byte[] {0, 0, (byte) 0xC0, 0x7F}), "no finite numbers");
        assertThatThrownBy(() -> decode(wav(17, 1, 16_000, 8, 4, new byte[4]))).isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("format 17");
        assertThatThrownBy(() -> decode(good, AudioOptions.DEFAULT.limit(0.001))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("limit of 0.001").hasMessageContaining("--max-audio-length");
        assertThatThrownBy(() -> decode(good, AudioOptions.DEFAULT.part(5, 1))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("from second 5.0 on");
    }
}
