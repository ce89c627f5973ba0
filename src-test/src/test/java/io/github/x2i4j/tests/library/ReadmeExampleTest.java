package io.github.x2i4j.tests.library;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.demo.DemoBundle;
import io.github.x2i4j.model.media.ImageDecoder;
import io.github.x2i4j.model.media.PngWriter;
import io.github.x2i4j.model.media.RgbImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeExampleTest {
    private static final Path SOURCE = Path.of("src/test/java/io/github/x2i4j/tests/library/ReadmeExample.java");

    @Test
    void itDraws(@TempDir Path temp) throws IOException {
        Path cat = temp.resolve("cat.png");
        Files.write(cat, PngWriter.encode(new RgbImage(4, 4, new byte[3 * 16]), Map.of()));
        BufferedImage image = ReadmeExample.draw(DemoBundle.unpack(), cat, temp.resolve("out.png"));
        assertThat(image.getWidth()).isEqualTo(ImageDecoder.decode(temp.resolve("out.png")).width());
    }

    @Test
    void theReadmeShowsIt() throws IOException {
        List<String> lines = Files.readAllLines(SOURCE);
        List<String> shown = lines.subList(index(lines, "README begins") + 1, index(lines, "README ends"));
        String code = String.join("\n", shown).stripIndent().strip();
        assertThat(Files.readString(Path.of("../README.md"))).contains("```java\n" + code + "\n```");
    }

    private static int index(List<String> lines, String marker) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains("// " + marker)) {
                return i;
            }
        }
        throw new AssertionError(marker);
    }
}
