package io.github.x2i4j.tests.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.x2i4j.tests.process.Program.Result;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures, videos and sounds of all formats from the command line, and the limits of what is read. */
class MediaIT {
    private static final Path MEDIA = Path.of(System.getProperty("basedir", ""), "..", "model", "src", "test", "resources", "io", "github",
            "x2i4j", "model", "media").toAbsolutePath();
    private static final String CLIP = MEDIA.resolve("video/slow-12fps.mp4").toString();

    @TempDir
    Path folder;

    private Result generate(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("generate", "--steps", "1", "--seed", "3", "-o", "out.png"));
        all.addAll(List.of(arguments));
        return Program.modular(folder).run(all.toArray(String[]::new));
    }

    private BufferedImage draw(String... arguments) throws Exception {
        Result result = generate(arguments);
        assertThat(result.exit()).as(result.err()).isZero();
        return ImageIO.read(folder.resolve("out.png").toFile());
    }

    private void refused(String why, String... arguments) throws Exception {
        Result result = generate(arguments);
        assertThat(result.exit()).as(result.err()).isEqualTo(2);
        assertThat(result.err().lines().filter(l -> l.startsWith("x2i: "))).singleElement().asString().contains(why);
        assertThat(folder.resolve("out.png")).doesNotExist();
    }

    @Test
    void aVideoIsDrawnFromAndItsDecodingIsTold() throws Exception {
        Result result = generate("--video", CLIP, "--max-length", "512", "--width", "32", "--height", "32");
        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.err()).containsPattern("video \\d+/\\d+: ");
        assertThat(folder.resolve("out.png")).exists();
    }

    @Test
    void whatIsTooLongOrNoVideoIsRefusedWithTheRemedy() throws Exception {
        refused("--max-video-length", "--video", CLIP, "--max-video-length", "2");
        Path named = Files.copy(MEDIA.resolve("420.jpg"), folder.resolve("picture.mp4"));
        refused("picture.mp4 is no MP4 file", "--video", named.toString());
    }

    @Test
    void aWebpUnderAnotherNameIsThePictureThatItHolds() throws Exception {
        Path named = Files.copy(MEDIA.resolve("lossless.webp"), folder.resolve("picture.png"));
        BufferedImage webp = draw("--image", named.toString(), "--width", "32", "--height", "32");
        BufferedImage jpeg = draw("--image", MEDIA.resolve("rgb.jpg").toString(), "--width", "32", "--height", "32");
        assertThat(Pictures.largestDifference(webp, jpeg)).as("the same pixels").isZero();
    }

    /** A second of a tone at 16 kHz. */
    private Path wave(int samples) throws Exception {
        ByteBuffer b = ByteBuffer.allocate(44 + 2 * samples).order(ByteOrder.LITTLE_ENDIAN);
        b.put(ascii("RIFF")).putInt(36 + 2 * samples).put(ascii("WAVEfmt ")).putInt(16).putShort((short) 1).putShort((short) 1)
                .putInt(16_000).putInt(32_000).putShort((short) 2).putShort((short) 16).put(ascii("data")).putInt(2 * samples);
        for (int i = 0; i < samples; i++) {
            b.putShort((short) (9000 * Math.sin(0.1 * i * (1 + i / 40_000.0))));
        }
        return Files.write(folder.resolve("tone.wav"), b.array());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void soundsAreRefusedWhereTheyAreEmptyTooLongOrEndBeforeTheirPart() throws Exception {
        refused("tone.wav has no samples", "--audio", wave(0).toString());
        String tone = wave(48_000).toString();
        refused("--max-audio-length", "--audio", tone, "--max-audio-length", "2");
        refused("no samples from second 4", "--audio", tone, "--audio-offset", "4");
    }

    @Test
    void aPartOfASoundIsHeard() throws Exception {
        String golden = System.getenv("X2I4J_GOLDEN");
        assumeThat(golden).as("the small MiniCPM-o bundle lies among the further golden cases").isNotNull();
        String bundle = Path.of(golden).toAbsolutePath().resolve("models/bundle-minicpm_o_2_6").toString();
        String tone = wave(48_000).toString();
        BufferedImage all = draw("--bundle", bundle, "--audio", tone);
        BufferedImage part = draw("--bundle", bundle, "--audio", tone, "--audio-offset", "1", "--audio-duration", "1");
        BufferedImage first = draw("--bundle", bundle, "--audio", tone, "--audio-duration", "1");
        assertThat(Pictures.largestDifference(all, part)).isPositive();
        assertThat(Pictures.largestDifference(first, part)).isPositive();
    }
}
