package io.github.x2i4j.tests.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.tests.process.Program.Result;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every task of InternVL2.5 from the command line, with a small random bundle, and the tasks that it does not do. */
class InternVlIT {
    private static final Path GOLDEN = Path.of(System.getProperty("basedir", ""), "src", "test", "resources", "golden").toAbsolutePath();
    private static final String BUNDLE = GOLDEN.resolve("models/bundle-internvl2_5").toString();
    private static final String PICTURE = GOLDEN.resolve("cases/x2i-pipeline/internvl-image-text/palette.png").toString();

    @TempDir
    Path folder;

    private Result generate(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("generate", "--bundle", BUNDLE, "--steps", "1", "--seed", "3", "--quiet"));
        all.addAll(List.of(arguments));
        return Program.modular(folder).run(all.toArray(String[]::new));
    }

    private BufferedImage draw(String... arguments) throws Exception {
        Result result = generate(arguments);
        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(messages(result)).isEmpty();
        return ImageIO.read(folder.resolve("out.png").toFile());
    }

    /** What the program says; the launcher's own notice is Java's. */
    private static List<String> messages(Result result) {
        return result.err().lines().filter(line -> !line.startsWith("WARNING: Using incubator modules")).toList();
    }

    @Test
    void wordsPicturesAndBothDrawEachSomethingElse() throws Exception {
        BufferedImage words = draw("Add a car in the picture", "-o", "out.png");
        BufferedImage picture = draw("--image", PICTURE, "-o", "out.png");
        BufferedImage both = draw("Add a car in the picture", "--image", PICTURE, "-o", "out.png");

        assertThat(words.getWidth()).isEqualTo(64);
        assertThat(Pictures.largestDifference(words, picture)).isPositive();
        assertThat(Pictures.largestDifference(words, both)).isPositive();
        assertThat(Pictures.largestDifference(picture, both)).isPositive();
    }

    @Test
    void itsAnswerIsDrawnAndADialogueHeld() throws Exception {
        BufferedImage words = draw("fox", "-o", "out.png");
        BufferedImage answer = draw("fox", "--answer", "--max-new-tokens", "6", "-o", "out.png");
        assertThat(Pictures.largestDifference(words, answer)).isPositive();
        assertThat(Pictures.largestDifference(answer, draw("fox", "--answer", "--max-new-tokens", "6", "--padding", "none", "-o", "out.png")))
                .as("pads do not change an answer").isZero();

        Result chat = Program.modular(folder).reading("/seed 7\n/image " + PICTURE + "\nfox\nmake it red\n").run("chat", "--bundle", BUNDLE, "--steps",
                "1", "--max-new-tokens", "4", "-q");
        assertThat(chat.exit()).as(chat.err()).isZero();
        assertThat(Pictures.largestDifference(ImageIO.read(folder.resolve("chat-1.png").toFile()), ImageIO.read(folder.resolve("chat-2.png")
                .toFile()))).isPositive();
    }

    @Test
    void severalPicturesAreRefused() throws Exception {
        Result result = generate("fox", "--image", PICTURE, "--image", PICTURE, "-o", "out.png");

        assertThat(result.exit()).isEqualTo(2);
        assertThat(messages(result)).singleElement().asString().startsWith("x2i: ").contains("InternVL2.5 reads one picture");
        assertThat(Files.exists(folder.resolve("out.png"))).isFalse();
    }
}
