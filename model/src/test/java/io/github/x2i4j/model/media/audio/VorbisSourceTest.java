package io.github.x2i4j.model.media.audio;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jcraft.jogg.Packet;
import com.jcraft.jogg.Page;
import com.jcraft.jogg.StreamState;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import java.io.ByteArrayOutputStream;
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

    @Test
    void otherCodecsInOggAreNamedAsUnread() throws Exception {
        Path file = Files.write(folder.resolve("sound"), ogg(ascii("OpusHead and more")));
        assertThatThrownBy(() -> AudioDecoder.decode(file)).isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("something else than Vorbis");
    }
}
