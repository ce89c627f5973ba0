package io.github.x2i4j.model.media.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.model.media.RgbImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A clip of 40 frames of 112 x 144 pixels, 12 a second, with B-frames. */
class VideoFileTest {
    private static final int FRAMES = 40;
    private static final int MUTATIONS = 60;

    @TempDir
    private Path folder;

    private static byte[] clip() throws IOException {
        try (InputStream in = VideoFileTest.class.getResourceAsStream("slow-12fps.mp4")) {
            return in.readAllBytes();
        }
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("clip.mp4"), bytes);
    }

    private static int find(byte[] bytes, String text) {
        return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
    }

    private static byte[] replaced(byte[] bytes, String from, String to) {
        byte[] copy = bytes.clone();
        System.arraycopy(to.getBytes(StandardCharsets.ISO_8859_1), 0, copy, find(bytes, from), to.length());
        return copy;
    }

    private static List<RgbImage> all(Video video) {
        return video.frames(IntStream.range(0, video.totalFrames()).toArray(), Function.identity());
    }

    @Test
    void theIndexTellsFramesRateAndSize() throws IOException {
        Video video = VideoFile.open(file(clip()));

        assertThat(video.totalFrames()).isEqualTo(FRAMES);
        assertThat(video.averageFps()).isEqualTo(12);
        assertThat(video.width()).isEqualTo(112);
        assertThat(video.height()).isEqualTo(144);
    }

    @Test
    void chosenFramesAreThoseOfAFullDecode() throws IOException {
        Video video = VideoFile.open(file(clip()));
        List<RgbImage> all = all(video);
        int[] chosen = {1, 2, 13, 27, FRAMES - 1};

        List<RgbImage> frames = video.frames(chosen, Function.identity());

        for (int i = 0; i < chosen.length; i++) {
            assertThat(frames.get(i).rgb()).as("frame %d", chosen[i]).isEqualTo(all.get(chosen[i]).rgb());
        }
    }

    @Test
    void neighboursInTimeLookMoreAlikeThanFramesFurtherApart() throws IOException {
        List<RgbImage> all = all(VideoFile.open(file(clip())));

        for (int i = 0; i + 4 < FRAMES; i++) {
            assertThat(difference(all.get(i), all.get(i + 1))).as("frame %d", i).isLessThan(difference(all.get(i), all.get(i + 4)));
        }
    }

    private static long difference(RgbImage a, RgbImage b) {
        return IntStream.range(0, a.rgb().length).mapToLong(i -> Math.abs((a.rgb()[i] & 0xFF) - (b.rgb()[i] & 0xFF))).sum();
    }

    @Test
    void framesAreTurnedAsTheDisplayTurnsThem() throws IOException {
        RgbImage upright = VideoFile.open(file(clip())).frames(new int[] {5}, Function.identity()).getFirst();
        byte[] turned = clip();
        int matrix = find(turned, "tkhd") + 4 + 40;
        ByteBuffer.wrap(turned).putInt(matrix, 0).putInt(matrix + 4, 1 << 16).putInt(matrix + 12, -1 << 16).putInt(matrix + 16, 0);

        Video video = VideoFile.open(file(turned));
        RgbImage image = video.frames(new int[] {5}, Function.identity()).getFirst();

        assertThat(new int[] {video.width(), video.height(), image.width(), image.height()}).containsExactly(144, 112, 144, 112);
        // clockwise: the lower left corner comes to the upper left
        assertThat(Arrays.copyOf(image.rgb(), 3)).isEqualTo(Arrays.copyOfRange(upright.rgb(), 3 * 143 * 112, 3 * 143 * 112 + 3));
    }

    @Test
    void otherCodecsAreNamed() throws IOException {
        refused(replaced(clip(), "avc1\0\0", "hvc1\0\0"), UnsupportedFeatureException.class, "HEVC (H.265)");
        refused(replaced(clip(), "avc1\0\0", "vp09\0\0"), UnsupportedFeatureException.class, "VP9");
        refused(replaced(clip(), "avc1\0\0", "av01\0\0"), UnsupportedFeatureException.class, "AV1");
        refused(replaced(clip(), "vide\0", "soun\0"), InvalidInputException.class, "no video track, only sound");
    }

    @Test
    void otherFilesAreTold() throws IOException {
        refused(new byte[0], InvalidInputException.class, "is empty");
        refused("a text that is no video".getBytes(StandardCharsets.UTF_8), InvalidInputException.class, "is no MP4 file");
        refused("\u001AE\u00DF\u00A3 and so on".getBytes(StandardCharsets.ISO_8859_1), UnsupportedFeatureException.class, "Matroska or WebM");
        assertThatThrownBy(() -> VideoFile.open(folder)).isInstanceOf(InvalidInputException.class).hasMessageContaining("is a folder");
        assertThatThrownBy(() -> VideoFile.open(folder.resolve("none"))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("does not exist");
    }

    @Test
    void limitsAreKept() throws IOException {
        Path file = file(clip());

        assertThatThrownBy(() -> VideoFile.open(file, new VideoOptions(1 << 24, 3, 1000))).hasMessageContaining("lasts 3.3 seconds")
                .hasMessageContaining("limit of 3.0").hasMessageContaining("max-video-length");
        assertThatThrownBy(() -> VideoFile.open(file, new VideoOptions(1 << 24, 60, 39))).hasMessageContaining("exceeds the limit of 39");
        assertThatThrownBy(() -> VideoFile.open(file, new VideoOptions(5000, 60, 1000))).hasMessageContaining("exceeds the limit of 5000");
    }

    @Test
    void theLimitGoesWithSixtyFramesASecond() throws IOException {
        Path file = file(clip());

        assertThat(VideoFile.open(file, VideoOptions.DEFAULT.limit(4)).totalFrames()).isEqualTo(FRAMES);
        assertThatThrownBy(() -> VideoFile.open(file, VideoOptions.DEFAULT.limit(0.5))).hasMessageContaining("exceeds the limit of 30")
                .hasMessageContaining("max-video-length");
        assertThat(VideoOptions.DEFAULT.limit(3600)).isEqualTo(VideoOptions.DEFAULT);
    }

    @Test
    void decodingTellsHowFarItIs() throws IOException {
        List<Integer> told = new ArrayList<>();
        Video video = VideoFile.open(file(clip())).watched((done, of) -> {
            assertThat(of).isBetween(21, FRAMES);
            told.add(done);
            if (done == of) {
                told.add(-1);
            }
        });

        video.frames(new int[] {20}, Function.identity());

        assertThat(told).startsWith(0, 1).endsWith(-1).doesNotHaveDuplicates().hasSizeGreaterThan(20);
    }

    @Test
    void decodingStopsWhereTheWatchThrows() throws IOException {
        List<Integer> told = new ArrayList<>();
        Video video = VideoFile.open(file(clip())).watched((done, of) -> {
            told.add(done);
            if (done == 5) {
                throw new IllegalStateException("enough");
            }
        });

        assertThatThrownBy(() -> all(video)).isInstanceOf(IllegalStateException.class).hasMessage("enough");

        assertThat(told).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void aFileThatWasCutIsRefused() throws IOException {
        byte[] clip = clip();
        for (int length : new int[] {7, 40, 1000, clip.length / 2, clip.length - 300, clip.length - 1}) {
            Path file = file(Arrays.copyOf(clip, length));
            assertThatThrownBy(() -> VideoFile.open(file)).as("%d bytes", length).isInstanceOf(InvalidInputException.class)
                    .hasMessageStartingWith(file.toString());
        }
    }

    @Test
    void damageIsATypedErrorOrHarmless() throws IOException {
        byte[] clip = clip();
        int index = find(clip, "moov");
        int failed = 0;
        for (int seed = 0; seed < MUTATIONS; seed++) {
            Random random = new Random(seed);
            byte[] damaged = clip.clone();
            for (int k = 0; k < 4; k++) {
                int at = seed % 2 == 0 ? index + random.nextInt(clip.length - index) : 48 + random.nextInt(index - 56);
                damaged[at] = (byte) random.nextInt();
            }
            try {
                all(VideoFile.open(file(damaged)));
            } catch (InvalidInputException | UnsupportedFeatureException e) {
                assertThat(e.getMessage()).as("seed %d", seed).contains("clip.mp4 ");
                failed++;
            }
        }
        assertThat(failed).isPositive();
    }

    private void refused(byte[] bytes, Class<? extends Exception> type, String why) throws IOException {
        Path file = file(bytes);
        assertThatThrownBy(() -> VideoFile.open(file)).isInstanceOf(type).hasMessageContaining(why).hasMessageContaining(file.toString());
    }
}
