package io.github.x2i4j.model.media.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FlacSourceTest {
    /** One block of 192 mono frames of 16 bits at 16 kHz, all of them 0x4000. */
    private static byte[] constant() {
        return ByteBuffer.allocate(56).put("fLaC".getBytes(StandardCharsets.US_ASCII)).put((byte) 0x80).put(new byte[] {0, 0, 34})
                .putShort((short) 192).putShort((short) 192).put(new byte[6]).putLong(16_000L << 44 | 15L << 36 | 192).put(new byte[16])
                .put(new byte[] {(byte) 0xFF, (byte) 0xF8, 0x10, 0x08, 0, 0, 0, 0x40, 0, 0, 0}).flip().slice(0, 53).array();
    }

    private static float[] decode(byte[] bytes) throws Exception {
        return AudioDecoder.samples(AudioInput.of(bytes), AudioOptions.DEFAULT);
    }

    @Test
    void aConstantIsRead() throws Exception {
        assertThat(decode(constant())).hasSize(192).containsOnly(0.5f);
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
