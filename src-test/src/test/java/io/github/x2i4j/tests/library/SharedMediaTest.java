package io.github.x2i4j.tests.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.x2i4j.model.media.ImageDecoder;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.media.audio.AudioDecoder;
import io.github.x2i4j.model.media.video.FrameRule;
import io.github.x2i4j.model.media.video.VideoFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The samples that X2I comes with are decoded, every one. They lie in a folder {@code media} beside the folder that the environment
 * variable {@code X2I4J_GOLDEN} names; without it there is nothing to do.
 */
class SharedMediaTest {
    /** Samples at 16 kHz that librosa gives. */
    private static final Map<String, Integer> LENGTHS = Map.of("exciting-emotion.wav", 232_000, "Mechanical_operation.mp3", 51_825,
            "insects_and_birds.mp3", 159_887, "Rondo_alla_Turca.mp3", 183_067, "Train_whistle.mp3", 269_584, "Moonlight_Sonata.mp3", 480_000,
            "flowing_water.ogg", 3_116_138);

    private static Stream<Path> files(String kind) throws IOException {
        String golden = System.getenv("X2I4J_GOLDEN");
        Path folder = golden == null ? null : Path.of(golden).toAbsolutePath().resolveSibling("media").resolve(kind);
        if (folder == null || !Files.isDirectory(folder)) {
            return Stream.empty();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList().stream();
        }
    }

    private interface Check {
        void of(Path file);
    }

    private static Stream<DynamicTest> tests(String kind, Check check) throws IOException {
        return files(kind).map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> check.of(f)));
    }

    @TestFactory
    Stream<DynamicTest> pictures() throws IOException {
        return tests("image", file -> {
            RgbImage image = ImageDecoder.decode(file);
            assertThat(Math.min(image.width(), image.height())).isGreaterThan(50);
            assertThat(variety(image.rgb())).isGreaterThan(20);
        });
    }

    /** How many of the 256 values occur. */
    private static long variety(byte[] bytes) {
        boolean[] seen = new boolean[256];
        long count = 0;
        for (byte b : bytes) {
            count += seen[b & 0xFF] ? 0 : 1;
            seen[b & 0xFF] = true;
        }
        return count;
    }

    @TestFactory
    Stream<DynamicTest> sounds() throws IOException {
        return tests("audio", file -> {
            float[] samples = AudioDecoder.decode(file);
            Integer length = LENGTHS.get(file.getFileName().toString());
            if (length != null) {
                assertThat(samples).hasSize(length);
            }
            double power = 0;
            for (float s : samples) {
                assertThat(Math.abs(s)).isLessThan(1.5f);
                power += s * s;
            }
            double rms = Math.sqrt(power / samples.length);
            assertThat(rms).isGreaterThan(0.005);
            if (file.endsWith("exciting-emotion.wav")) {
                assertThat(rms).isCloseTo(0.050776, within(2e-6));
                assertThat(samples[1000]).isCloseTo(-0.008709f, within(1e-4f));
            } else if (file.endsWith("Mechanical_operation.mp3")) {
                assertThat(rms).isCloseTo(0.105544, within(2e-5));
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> videos() throws IOException {
        return tests("video", file -> {
            VideoFile video = VideoFile.open(file);
            assertThat(video.totalFrames()).isEqualTo(258);
            assertThat(video.averageFps()).isEqualTo(24_000 / 1001.0);
            int[] chosen = FrameRule.QWEN.indices(video.totalFrames(), video.averageFps(), FrameRule.SCRIPT_FPS);
            assertThat(chosen).containsExactly(0, 29, 57, 86, 114, 143, 171, 200, 228, 257);
            assertThat(FrameRule.MINICPM_O.indices(video.totalFrames(), video.averageFps(), FrameRule.SCRIPT_FPS)).hasSize(11)
                    .endsWith(240);
            List<Long> varieties = video.frames(new int[] {0, 29, 57}, f -> {
                assertThat(f.width()).isEqualTo(1280);
                assertThat(f.height()).isEqualTo(720);
                return variety(f.rgb());
            });
            assertThat(varieties).allMatch(v -> v > 100);
            int[] decoded = new int[1];
            video.watched((done, of) -> decoded[0]++).frames(new int[] {257}, f -> f);
            assertThat(decoded[0]).as("decoding begins at the key frame before").isLessThan(150);
        });
    }
}
