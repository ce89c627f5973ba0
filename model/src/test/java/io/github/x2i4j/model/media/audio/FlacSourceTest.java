package io.github.x2i4j.model.media.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlacSourceTest {
    /** One block of 192 mono frames of 16 bits at 16 kHz, all of them 0x4000. */
    private static byte[] constant() {
        return ByteBuffer.allocate(56).put("fLaC".getBytes(StandardCharsets.US_ASCII)).put((byte) 0x80).put(new byte[] {0, 0, 34})
                .putShort((short) 192).putShort((short) 192).put(new byte[6]).putLong(16_000L << 44 | 15L << 36 | 192).put(new byte[16])
                .put(new byte[] {(byte) 0xFF, (byte) 0xF8, 0x10, 0x08, 0, (byte) 0x80, 0, 0x40, 0, (byte) 0xF1, 0x2E}).flip()
                .slice(0, 53).array();
    }

    private static float[] decode(byte[] bytes) throws Exception {
        return AudioDecoder.samples(AudioInput.of(bytes), AudioOptions.DEFAULT);
    }

    @Test
    void aConstantIsRead() throws Exception {
        assertThat(decode(constant())).hasSize(192).containsOnly(0.5f);
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = FlacSourceTest.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    /** Checksums of the floats that libsndfile 1.2 gives: channels joined in each way, the first with low bits of 0; 24 bits. */
    @ParameterizedTest
    @CsvSource({"left-side.flac,2,400,f03659ac", "right-side.flac,2,400,a0fc0f8e", "mid-side.flac,2,400,0bac51fa",
        "mono-24.flac,1,700,3381cc63"})
    void theSamplesAreThoseOfLibsndfile(String file, int channels, int frames, String checksum) throws Exception {
        PcmSource source = AudioFormats.open(AudioInput.of(resource(file)));
        ByteBuffer all = ByteBuffer.allocate(4 * channels * frames).order(ByteOrder.LITTLE_ENDIAN);
        float[] block = new float[100 * channels];
        for (int n = source.read(block, 100); n >= 0; n = source.read(block, 100)) {
            all.asFloatBuffer().put(block, 0, n * channels);
            all.position(all.position() + 4 * n * channels);
        }
        CRC32 crc = new CRC32();
        crc.update(all.array());

        assertThat(all.hasRemaining()).isFalse();
        assertThat(HexFormat.of().toHexDigits((int) crc.getValue())).isEqualTo(checksum);
    }

    @Test
    void everyDamagedByteOfAFrameIsNoticed() throws Exception {
        byte[] good = resource("mono-24.flac");
        int frames = metadata(good);
        for (int at = frames; at < good.length; at += 13) {
            byte[] damaged = good.clone();
            damaged[at] ^= 4;
            assertThatThrownBy(() -> decode(damaged)).as("byte %d", at).isInstanceOf(CorruptAudioException.class)
                    .hasMessageMatching(".*(corrupt FLAC|truncated).*");
        }
    }

    @Test
    void samplesOtherThanThosePackedAreNoticed() throws Exception {
        byte[] other = resource("mono-24.flac");
        other[30] ^= 1; // the checksum of all samples stands in bytes 26 to 41
        assertThatThrownBy(() -> decode(other)).isInstanceOf(CorruptAudioException.class).hasMessageContaining("by their checksum");
        byte[] fewer = resource("mono-24.flac");
        fewer[25] -= 1; // their number ends in byte 25
        assertThatThrownBy(() -> decode(fewer)).isInstanceOf(CorruptAudioException.class).hasMessageContaining("more samples");
    }

    /** Where the first frame begins. */
    private static int metadata(byte[] flac) {
        int at = 4;
        boolean last = false;
        while (!last) {
            last = flac[at] < 0;
            at += 4 + ((flac[at + 1] & 0xFF) << 16 | (flac[at + 2] & 0xFF) << 8 | flac[at + 3] & 0xFF);
        }
        return at;
    }

    @Test
    void whatIsTruncatedOrCorruptIsRefused() {
        for (int length = 4; length < 53; length++) {
            byte[] cut = Arrays.copyOf(constant(), length);
            assertThatThrownBy(() -> decode(cut)).isInstanceOf(CorruptAudioException.class).hasMessageContaining("truncated");
        }
        byte[] lost = constant();
        lost[42] = 0;
        assertThatThrownBy(() -> decode(lost)).isInstanceOf(CorruptAudioException.class).hasMessageContaining("corrupt FLAC");
    }
}
