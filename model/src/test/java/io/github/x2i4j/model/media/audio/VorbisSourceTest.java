package io.github.x2i4j.model.media.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.jcraft.jogg.Packet;
import com.jcraft.jogg.Page;
import com.jcraft.jogg.StreamState;
import com.jcraft.jogg.SyncState;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VorbisSourceTest {
    @TempDir
    Path folder;

    /** An Ogg stream of some packets, each in a page of its own. */
    private static byte[] ogg(byte[]... packets) {
        StreamState stream = new StreamState();
        stream.init(7);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] bytes : packets) {
            Packet packet = new Packet();
            packet.packet_base = bytes;
            packet.bytes = bytes.length;
            stream.packetin(packet);
            Page page = new Page();
            while (stream.flush(page) != 0) {
                out.write(page.header_base, page.header, page.header_len);
                out.write(page.body_base, page.body, page.body_len);
            }
        }
        return out.toByteArray();
    }

    private static byte[] identification(int channels) {
        return ByteBuffer.allocate(30).order(ByteOrder.LITTLE_ENDIAN).put((byte) 1).put(ascii("vorbis")).putInt(0).put((byte) channels)
                .putInt(44_100).putInt(0).putInt(0).putInt(0).put((byte) 0xB8).put((byte) 1).array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private void refused(byte[] bytes, String word) throws Exception {
        Path file = Files.write(folder.resolve("sound"), bytes);
        assertThatThrownBy(() -> AudioDecoder.decode(file)).isInstanceOf(InvalidInputException.class).hasMessageContaining("sound")
                .hasMessageContaining(word);
    }

    @Test
    void whatIsTruncatedOrCorruptIsRefused() throws Exception {
        byte[] comment = ascii("\u0003vorbis and a comment");
        byte[] good = ogg(identification(2), comment, ascii("\u0005vorbis and no codebooks at all"));
        refused(good, "corrupt Ogg Vorbis");
        refused(Arrays.copyOf(good, 50), "truncated");
        refused(Arrays.copyOf(good, good.length - 1), "truncated");
        refused(ogg(identification(2)), "corrupt Ogg Vorbis");
        refused(ogg(identification(0), comment), "corrupt Ogg Vorbis");
        good[40] ^= 1;
        refused(good, "corrupt Ogg Vorbis");
        refused(ascii("OggS"), "truncated");
    }

    private static byte[] tone() throws IOException {
        try (InputStream in = VorbisSourceTest.class.getResourceAsStream("tone.ogg")) {
            return in.readAllBytes();
        }
    }

    private static float[] read(byte[] bytes) throws IOException {
        PcmSource source = AudioFormats.open(AudioInput.of(bytes));
        int channels = source.format().channels();
        float[] all = new float[0];
        float[] block = new float[777 * channels];
        for (int n = source.read(block, 777); n >= 0; n = source.read(block, 777)) {
            int from = all.length;
            all = Arrays.copyOf(all, from + n * channels);
            System.arraycopy(block, 0, all, from, n * channels);
        }
        return all;
    }

    /** Samples of libsndfile 1.2, both channels of some frames. */
    @Test
    void aToneIsThatOfLibsndfile() throws IOException {
        float[] samples = read(tone());
        assertThat(samples).hasSize(2 * 3000);
        double[][] expected = {{0, -0.0247053, -0.0134597}, {100, 0.0525060, 0.0498431}, {999, -0.3625904, -0.3328024},
            {1500, 0.3592894, 0.3611453}, {2999, 0.3919730, 0.3754563}};
        for (double[] e : expected) {
            assertThat((double) samples[2 * (int) e[0]]).as("frame %s", e[0]).isCloseTo(e[1], within(1e-6));
            assertThat((double) samples[2 * (int) e[0] + 1]).as("frame %s", e[0]).isCloseTo(e[2], within(1e-6));
        }
    }

    private static byte[] joined(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    @Test
    void aSecondStreamIsRefusedAndOtherBytesBehindTheEndAreNot() throws Exception {
        byte[] other = ogg(identification(1), ascii("\u0003vorbis"), ascii("\u0005vorbis"));
        for (byte[] second : new byte[][] {tone(), other}) {
            Path file = Files.write(folder.resolve("sound"), joined(tone(), second));
            assertThatThrownBy(() -> AudioDecoder.decode(file)).isInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContaining("several streams");
        }
        assertThat(read(joined(tone(), ascii("TAG and more")))).hasSize(2 * 3000);
    }

    /** A setup header that begins with a codebook. */
    private static byte[] setup(int dimensions, int entries) {
        return ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN).put(ascii("\u0005vorbis")).put((byte) 0).put(ascii("BCV"))
                .putShort((short) dimensions).put((byte) entries).putShort((short) (entries >> 8)).array();
    }

    @Test
    void headersThatClaimMuchAreRefusedBeforeAnythingIsAllocated() throws Exception {
        byte[] comment = ascii("\u0003vorbis and a comment");
        refused(ogg(identification(2), comment, setup(1, 0xFFFFFF)), "a codebook claims 16777215 entries of 1 values");
        refused(ogg(identification(2), comment, setup(0xFFFF, 1000)), "a codebook claims 1000 entries of 65535 values");
        refused(ogg(identification(200), comment, setup(1, 1)), "200 channels");
        byte[] blocks = identification(2);
        blocks[28] = (byte) 0xF8;
        refused(ogg(blocks, comment, setup(1, 1)), "32768 frames");
    }

    @Test
    void residuesBeyondABlockAreRefused() throws IOException {
        byte[] file = tone();
        StreamState stream = new StreamState();
        Packet packet = new Packet();
        SyncState sync = new SyncState();
        sync.init();
        int at = sync.buffer(file.length);
        System.arraycopy(file, 0, sync.data, at, file.length);
        sync.wrote(file.length);
        Page page = new Page();
        sync.pageout(page);
        stream.init(page.serialno());
        stream.pagein(page);
        for (int header = 0; header < 3; header++) {
            while (stream.packetout(packet) != 1) {
                sync.pageout(page);
                stream.pagein(page);
            }
        }
        assertThat(VorbisSetup.refusal(packet.packet_base, packet.packet, packet.bytes, 2048)).isNull();
        assertThat(VorbisSetup.refusal(packet.packet_base, packet.packet, packet.bytes, 100)).startsWith("a residue");
        assertThat(VorbisSetup.refusal(packet.packet_base, packet.packet, packet.bytes - 100, 2048)).contains("ends early");
    }

    @Test
    void otherCodecsInOggAreNamedAsUnread() throws Exception {
        Path file = Files.write(folder.resolve("sound"), ogg(ascii("OpusHead and more")));
        assertThatThrownBy(() -> AudioDecoder.decode(file)).isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("something else than Vorbis");
    }
}
