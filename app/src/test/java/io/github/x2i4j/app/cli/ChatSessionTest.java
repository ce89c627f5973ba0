package io.github.x2i4j.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code x2i chat} on the demo bundle, lines given by a pipe. */
class ChatSessionTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    private int chat(String lines, String... options) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
        try {
            List<String> args = new ArrayList<>(List.of("chat", "-q", "--steps", "1", "--width", "32", "--height", "16",
                    "--max-new-tokens", "2", "-o", folder.toString()));
            args.addAll(Arrays.asList(options));
            return Main.run(args.toArray(String[]::new), new PrintWriter(out), new PrintWriter(err));
        } finally {
            System.setIn(before);
        }
    }

    private byte[] picture(int n) throws IOException {
        return Files.readAllBytes(folder.resolve("chat-" + n + ".png"));
    }

    @Test
    void eachLineDrawsANumberedPictureFromAllBeforeIt() throws IOException {
        assertThat(chat("fox\nfox\n/undo\nfox\n", "--seed", "7")).as(err.toString()).isZero();

        assertThat(err.toString()).isEmpty();
        assertThat(out.toString()).contains("chat-1.png: 32 x 16, seed 7", "taken back; 1 turn is left.");
        assertThat(picture(2)).isNotEqualTo(picture(1));
        assertThat(picture(3)).isEqualTo(picture(2));
        assertThat(folder.resolve("chat-4.png")).doesNotExist();
    }

    @Test
    void noPictureIsReplacedButASavedOneMayBe() throws IOException {
        Files.write(folder.resolve("chat-1.png"), new byte[] {1});
        Path mine = folder.resolve("my fox.png");
        assertThat(chat("fox\n/save " + mine + "\n/save " + mine + "\n")).isZero();

        assertThat(picture(1)).containsExactly(1);
        assertThat(Files.readAllBytes(mine)).isEqualTo(picture(2));
        assertThat(out.toString()).contains("wrote " + mine, "replaced " + mine);
    }

    @Test
    void aSeedHoldsUntilItIsTakenBack() {
        assertThat(chat("/seed 5\nfox\nred\n/seed\nblue\ngreen\n")).isZero();
        assertThat(out.toString().lines().filter(l -> l.endsWith("seed 5"))).hasSize(2);
    }

    @Test
    void aPictureThatIsShownStandsInTheRecipe() throws IOException {
        chat("fox\n", "--seed", "7");
        Path shown = folder.resolve("chat-1.png");
        assertThat(chat("/image " + shown + "\nred\n/image\nblue\n")).isZero();
        assertThat(new String(picture(2), StandardCharsets.ISO_8859_1)).contains("\"images\":[{\"name\":\"chat-1.png\"");
        assertThat(new String(picture(3), StandardCharsets.ISO_8859_1)).contains("\"dialogue\":[{\"prompt\":\"red\",\"images\"")
                .contains("\"prompt\":\"blue\",\"seed\"");
    }

    @Test
    void whatGoesWrongIsToldAndTheDialogueGoesOn() throws IOException {
        assertThat(chat("""

                /frobnicate
                /image nowhere.png
                /save a.png
                /save
                /undo
                /seed x
                /help
                fox
                /save fox.jpg
                /quit
                fox
                """)).isZero();

        assertThat(err.toString().lines()).hasSize(8).allMatch(l -> l.startsWith("x2i: ")).noneMatch(l -> l.contains("failed"));
        assertThat(out.toString()).contains("/seed N", "chat-1.png");
        assertThat(folder.resolve("chat-2.png")).doesNotExist();
    }

    @Test
    void wrongOptionsAreRefusedBeforeTheFirstLine() {
        assertThat(chat("fox\n", "--hidden", "all")).isEqualTo(2);
        assertThat(chat("fox\n", "--image", "nowhere.png")).isEqualTo(2);
        assertThat(chat("fox\n", "--flux", "nowhere")).isEqualTo(2);
        assertThat(err.toString()).contains("--hidden all: takes prompt, answer or both.", "nowhere.png does not exist", "language model");
        assertThat(folder).isEmptyDirectory();
    }
}
