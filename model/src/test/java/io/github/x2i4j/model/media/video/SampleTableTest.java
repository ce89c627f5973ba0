package io.github.x2i4j.model.media.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SampleTableTest {
    private static final int[] STSZ = {0, 0, 4, 10, 20, 30, 40};
    private static final int[] STTS = {0, 1, 4, 100};
    private static final int[] STSC = {0, 1, 1, 2, 1};
    private static final int[] STCO = {0, 2, 1000, 2000};

    private static byte[] box(String type, int... words) {
        ByteBuffer b = ByteBuffer.allocate(8 + 4 * words.length).putInt(8 + 4 * words.length).put(type.getBytes(StandardCharsets.US_ASCII));
        Arrays.stream(words).forEach(b::putInt);
        return b.array();
    }

    private static SampleTable read(byte[]... boxes) throws CorruptVideoException {
        ByteBuffer content = ByteBuffer.allocate(Arrays.stream(boxes).mapToInt(b -> b.length).sum());
        Arrays.stream(boxes).forEach(content::put);
        return SampleTable.read(new Mp4Box("stbl", content.flip()), 1000, 5000, VideoOptions.DEFAULT);
    }

    @Test
    void packetsLieInChunks() throws CorruptVideoException {
        SampleTable t = read(box("stsz", STSZ), box("stts", STTS), box("stsc", STSC), box("stco", STCO));

        assertThat(t.offsets()).containsExactly(1000, 1010, 2000, 2030);
        assertThat(t.duration()).isEqualTo(400);
        assertThat(t.sync()).containsExactly(0, 1, 2, 3);
    }

    @Test
    void framesAreInTheOrderOfTheirTimes() throws CorruptVideoException {
        int[] ctts = {0, 4, 1, 200, 1, 300, 1, 0, 1, -50};
        SampleTable t = read(box("stsz", STSZ), box("stts", STTS), box("stsc", STSC), box("stco", STCO), box("ctts", ctts));

        // shown at 200, 400, 200 (decoded later) and 250
        assertThat(t.order()).containsExactly(0, 2, 3, 1);
    }

    @Test
    void tablesThatDisagreeAreRefused() {
        byte[] stsz = box("stsz", STSZ);
        byte[] stts = box("stts", STTS);
        byte[] stsc = box("stsc", STSC);
        byte[] stco = box("stco", STCO);

        refused("no box", stsz, stts, stsc);
        refused("has 2147483647 frames", box("stsz", 0, 0, Integer.MAX_VALUE), stts, stsc, stco);
        refused("needs", box("stsz", 0, 0, 100_000), stts, stsc, stco);
        refused("100000 frames of 1000 bytes", box("stsz", 0, 1000, 100_000), stts, stsc, stco);
        refused("without frames", box("stsz", 0, 0, 0), stts, stsc, stco);
        refused("covers 2 of 4", stsz, box("stts", 0, 1, 2, 100), stsc, stco);
        refused("covers 4 of 4 frames and 0 units", stsz, box("stts", 0, 1, 4, 0), stsc, stco);
        refused("chunks hold 2 frames", stsz, stts, stsc, box("stco", 0, 1, 1000));
        refused("chunks is 1 to 8", stsz, stts, box("stsc", 0, 2, 1, 1, 1, 9, 1, 1), stco);
        refused("would lie at byte 4999", stsz, stts, stsc, box("stco", 0, 2, 1000, 4999));
    }

    private static void refused(String why, byte[]... boxes) {
        assertThatThrownBy(() -> read(boxes)).isInstanceOf(CorruptVideoException.class).hasMessageContaining(why);
    }
}
