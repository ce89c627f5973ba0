package io.github.x2i4j.model.media.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class SequenceParametersTest {
    private static final int MAIN = 77;
    private static final int HIGH_10 = 110;

    /** Bits of a parameter set, written one field after the other. */
    private static final class Bits {
        private final StringBuilder text = new StringBuilder();

        Bits fixed(int value, int count) {
            for (int b = count - 1; b >= 0; b--) {
                text.append(value >> b & 1);
            }
            return this;
        }

        Bits golomb(int... values) {
            for (int v : values) {
                String binary = Integer.toBinaryString(v + 1);
                text.append("0".repeat(binary.length() - 1)).append(binary);
            }
            return this;
        }

        ByteBuffer nal() {
            text.append('1');
            text.append("0".repeat((8 - text.length() % 8) % 8));
            byte[] bytes = new BigInteger("1" + text, 2).toByteArray();
            bytes[0] = 0x67; // instead of the leading one: the unit's header
            return ByteBuffer.wrap(bytes);
        }
    }

    /** 120 x 68 macroblocks. */
    private static Bits upToSize(int profile) {
        return new Bits().fixed(profile, 8).fixed(0, 8).fixed(40, 8).golomb(0, 0, 2, 4).fixed(0, 1).golomb(119, 67).fixed(1, 1).fixed(1, 1);
    }

    private static SequenceParameters read(Bits bits) throws Exception {
        return SequenceParameters.read(new NalBits(bits.nal()), VideoOptions.DEFAULT);
    }

    @Test
    void croppingIsCountedInPairsOfPixels() throws Exception {
        SequenceParameters s = read(upToSize(MAIN).fixed(1, 1).golomb(1, 2, 0, 4).fixed(0, 1));
        assertThat(s.width()).isEqualTo(1920 - 2 - 4);
        assertThat(s.height()).isEqualTo(1080);
        assertThat(new int[] {s.left(), s.right(), s.top(), s.bottom()}).containsExactly(2, 4, 0, 8);
        assertThat(s.numRefFrames()).isEqualTo(4);
        assertThat(s.bt709()).isFalse();
        assertThat(s.fullRange()).isFalse();
        assertThatThrownBy(() -> read(upToSize(MAIN).fixed(1, 1).golomb(480, 480, 0, 0).fixed(0, 1)))
                .isInstanceOf(CorruptVideoException.class).hasMessageContaining("cut down to nothing");
    }

    @Test
    void coloursAreToldApart() throws Exception {
        // aspect ratio of its own, overscan, then format, range, and the three codes of colours
        SequenceParameters s = read(upToSize(MAIN).fixed(0, 1).fixed(1, 1).fixed(1, 1).fixed(255, 8).fixed(1, 16).fixed(1, 16).fixed(0, 1)
                .fixed(1, 1).fixed(5, 3).fixed(1, 1).fixed(1, 1).fixed(1, 8).fixed(1, 8).fixed(1, 8));
        assertThat(s.bt709()).isTrue();
        assertThat(s.fullRange()).isTrue();
        SequenceParameters other = read(upToSize(MAIN).fixed(0, 1).fixed(1, 1).fixed(0, 1).fixed(0, 1).fixed(1, 1).fixed(5, 3).fixed(0, 1)
                .fixed(1, 1).fixed(1, 8).fixed(1, 8).fixed(6, 8));
        assertThat(other.bt709()).isFalse();
        assertThat(other.fullRange()).isFalse();
    }

    /** 2^30 of them would be 4 GB of arrays. */
    @Test
    void theDecoderIsNotToldHowManyBuffersATransmitterHas() throws Exception {
        Bits buffers = upToSize(MAIN).fixed(0, 1).fixed(1, 1).fixed(0, 5).fixed(1, 1).golomb(1 << 30);
        NalBits bits = new NalBits(buffers.nal());
        SequenceParameters s = SequenceParameters.read(bits, VideoOptions.DEFAULT);
        ByteBuffer before = bits.beforeMark();
        byte[] nal = new byte[1 + before.remaining()];
        before.duplicate().get(nal, 1, before.remaining());
        assertThat(SequenceParameters.read(new NalBits(ByteBuffer.wrap(nal)), VideoOptions.DEFAULT)).isEqualTo(s);
        new H264Decoder(List.of(buffers.nal()), VideoOptions.DEFAULT);
    }

    @Test
    void whatIsNotDecodedIsNamed() {
        assertThatThrownBy(() -> read(upToSize(HIGH_10).fixed(0, 2))).isInstanceOf(UnsupportedVideoException.class)
                .hasMessageContaining("profile 110");
        Bits interlaced = new Bits().fixed(MAIN, 8).fixed(0, 16).golomb(0, 0, 2, 1).fixed(0, 1).golomb(9, 9).fixed(0, 2);
        assertThatThrownBy(() -> read(interlaced)).isInstanceOf(UnsupportedVideoException.class).hasMessageContaining("interlaced");
        Bits huge = new Bits().fixed(MAIN, 8).fixed(0, 16).golomb(0, 0, 2, 1).fixed(0, 1).golomb(4000, 4000).fixed(3, 2);
        assertThatThrownBy(() -> read(huge)).isInstanceOf(CorruptVideoException.class).hasMessageContaining("64016 x 64016");
    }
}
