package io.github.x2i4j.model.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PngWriterTest {
    private static RgbImage picture(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        Random random = new Random(3);
        for (int i = 0; i < rgb.length; i++) { // smooth in one half, noise in the other, so that every filter is the best somewhere
            rgb[i] = (byte) (i / 3 / width < height / 2 ? 3 * (i / 3 % width) + 2 * (i / 3 / width) : random.nextInt());
        }
        return new RgbImage(width, height, rgb);
    }

    @Test
    void whatIsWrittenCanBeReadHereAndByTheJdk() throws IOException {
        for (int[] size : new int[][] {{1, 1}, {1, 7}, {64, 48}, {129, 3}}) {
            RgbImage image = picture(size[0], size[1]);
            byte[] png = PngWriter.encode(image, Map.of("recipe", "x"));
            assertThat(ImageDecoder.decode(png, "p", ImageOptions.DEFAULT).rgb()).isEqualTo(image.rgb());
            BufferedImage jdk = ImageIO.read(new ByteArrayInputStream(png));
            for (int i = 0; i < size[0] * size[1]; i++) {
                int rgb = (image.rgb()[3 * i] & 0xFF) << 16 | (image.rgb()[3 * i + 1] & 0xFF) << 8 | image.rgb()[3 * i + 2] & 0xFF;
                assertThat(jdk.getRGB(i % size[0], i / size[0]) & 0xFFFFFF).isEqualTo(rgb);
            }
        }
    }

    @Test
    void smoothPicturesGetSmall() {
        byte[] rgb = new byte[3 * 256 * 256];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i / 3 % 256 + i / 768);
        }
        assertThat(PngWriter.encode(new RgbImage(256, 256, rgb), Map.of())).hasSizeLessThan(2000);
    }

    @Test
    void textsOfAnyScriptComeBackInTheirOrder() {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("Software", "x2i4j");
        texts.put("prompt", "ein roter Apfel auf Grün, 苹果, 🍎\nsecond line");
        texts.put("empty", "");
        texts.put("control", "a\0b");
        byte[] png = PngWriter.encode(picture(3, 3), texts);
        assertThat(PngTexts.read(png, "p")).containsExactlyEntriesOf(texts);
        assertThat(new String(png, StandardCharsets.ISO_8859_1)).contains("tEXtSoftware\0x2i4j", "iTXtprompt\0\0\0\0\0");
    }

    @Test
    void theSamePictureGivesTheSameBytes() {
        assertThat(PngWriter.encode(picture(40, 30), Map.of("a", "ä"))).isEqualTo(PngWriter.encode(picture(40, 30), Map.of("a", "ä")));
    }

    @Test
    void wrongKeywordsAreRefused() {
        for (String keyword : new String[] {"", " a", "a ", "a  b", "ä", "a\n", "x".repeat(80)}) {
            assertThatThrownBy(() -> PngWriter.encode(picture(1, 1), Map.of(keyword, "t"))).as(keyword)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void textsOfOtherProgramsAreRead(@TempDir Path folder) throws IOException {
        byte[] packed = PngBuilder.packed("grün".getBytes(StandardCharsets.UTF_8));
        byte[] latin = PngBuilder.packed("grün".getBytes(StandardCharsets.ISO_8859_1));
        byte[] png = new PngBuilder(1, 1, 8, 0, false)
                .chunk("tEXt", "Title\0caf\u00E9".getBytes(StandardCharsets.ISO_8859_1))
                .chunk("iTXt", join("packed\0\1\0en\0Wort\0", packed)).chunk("zTXt", join("z\0\0", latin))
                .chunk("tEXt", "Title\0again".getBytes(StandardCharsets.ISO_8859_1)).pixels(100, 0, 1);
        Path file = folder.resolve("p.png");
        Files.write(file, png);
        assertThat(PngTexts.read(file)).containsExactly(Map.entry("Title", "café"), Map.entry("packed", "grün"),
                Map.entry("z", "grün"));
    }

    @Test
    void brokenTextsAndFilesAreNamed(@TempDir Path folder) {
        byte[] bomb = PngBuilder.packed(new byte[20_000_000]);
        for (byte[] text : new byte[][] {join("none", new byte[0]), join("z\0\0", bomb), join("z\0\0", Arrays.copyOf(bomb, 9)),
            join("z\0", new byte[0]), join("z\0\0", new byte[] {1, 2, 3, 4})}) {
            byte[] png = new PngBuilder(1, 1, 8, 0, false).chunk("zTXt", text).pixels(100, 0, 1);
            assertThatThrownBy(() -> PngTexts.read(png, "p.png")).isInstanceOf(InvalidInputException.class)
                    .hasMessageStartingWith("p.png is corrupt");
        }
        assertThatThrownBy(() -> PngTexts.read(new byte[] {1}, "p.png")).hasMessage("p.png is no PNG file");
        assertThatThrownBy(() -> PngTexts.read(folder)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> PngTexts.read(folder.resolve("no"))).hasMessageContaining("does not exist");
    }

    private static byte[] join(String head, byte[] tail) {
        byte[] h = head.getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = Arrays.copyOf(h, h.length + tail.length);
        System.arraycopy(tail, 0, all, h.length, tail.length);
        return all;
    }
}
