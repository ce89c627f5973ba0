package io.github.x2i4j.tests.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.tests.process.Program.Result;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every task from the command line: of Qwen2.5-VL with the demo bundle, of MiniCPM-o with a small random one. */
class TasksIT {
    private static final Path PROJECT = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    private static final Path GOLDEN = PROJECT.resolve("src/test/resources/golden");
    private static final Path VIDEO = PROJECT.resolveSibling("model/src/test/resources/io/github/x2i4j/model/media/video/slow-12fps.mp4");
    private static final int RATE = 16_000;

    @TempDir
    Path folder;

    @BeforeEach
    void media() throws IOException {
        Files.copy(GOLDEN.resolve("cases/x2i-pipeline/internvl-image-text/palette.png"), folder.resolve("palette.png"));
        Files.copy(GOLDEN.resolve("cases/x2i-pipeline/demo-image-text/" + firstPicture()), folder.resolve("other.png"));
        Files.copy(VIDEO, folder.resolve("clip.mp4"));
        Files.write(folder.resolve("tone.wav"), wav(440));
        Files.write(folder.resolve("low.wav"), wav(110));
    }

    private static String firstPicture() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN.resolve("cases/x2i-pipeline/demo-image-text"))) {
            return files.map(f -> f.getFileName().toString()).filter(n -> n.endsWith(".png") || n.endsWith(".jpg")).findFirst().orElseThrow();
        }
    }

    /** A second of a tone, 16 bits. */
    private static byte[] wav(double hertz) {
        ByteBuffer b = ByteBuffer.allocate(44 + 2 * RATE).order(ByteOrder.LITTLE_ENDIAN);
        b.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + 2 * RATE).put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16)
                .putShort((short) 1).putShort((short) 1).putInt(RATE).putInt(2 * RATE).putShort((short) 2).putShort((short) 16)
                .put("data".getBytes(StandardCharsets.US_ASCII)).putInt(2 * RATE);
        for (int i = 0; i < RATE; i++) {
            b.putShort((short) (10_000 * Math.sin(2 * Math.PI * hertz * i / RATE)));
        }
        return b.array();
    }

    private Result generate(String line) throws Exception {
        List<String> args = new ArrayList<>(List.of("generate", "--steps", "1", "--seed", "3", "--json", "-o", "out.png"));
        args.addAll(List.of(line.strip().split(" ")));
        return Program.modular(folder).run(args.toArray(String[]::new));
    }

    /** Draws each and finds no two alike. */
    private Map<String, String> drawAll(String options, List<String> tasks) throws Exception {
        Map<String, String> byPixels = new TreeMap<>();
        Map<String, String> recipes = new TreeMap<>();
        for (String task : tasks) {
            Result result = generate(task + " " + options);
            assertThat(result.exit()).as(task + ": " + result.err() + result.out()).isZero();
            String pixels = Pictures.hash(ImageIO.read(folder.resolve("out.png").toFile()));
            assertThat(byPixels.put(pixels, task)).as(task).isNull();
            recipes.put(task, result.out().lines().toList().getLast());
        }
        return recipes;
    }

    @Test
    void everyTaskOfQwen() throws Exception {
        Map<String, String> recipes = drawAll("--max-length 800 --padding none --width 64 --height 64", List.of(
                "fox", "狐狸", "--image palette.png", "--image palette.png --image other.png", "fox --image palette.png",
                "--video clip.mp4", "fox --image palette.png --video clip.mp4", "fox --answer --max-new-tokens 8"));
        assertThat(recipes.get("fox --image palette.png --video clip.mp4")).contains("\"name\":\"palette.png\"", "\"name\":\"clip.mp4\"");
        assertThat(recipes.get("fox --answer --max-new-tokens 8")).contains("\"drawn_from\":\"answer\"").containsPattern("\"answer\":\".+\"");
    }

    @Test
    void everyTaskOfMiniCpm() throws Exception {
        TinyMiniCpmBundle.make(folder.resolve("minicpm"), GOLDEN);
        Map<String, String> recipes = drawAll("--bundle minicpm", List.of("fox", "--image palette.png",
                "--image palette.png --image other.png", "fox --image palette.png", "--video clip.mp4", "--video clip.mp4 --video clip.mp4",
                "--audio tone.wav", "--audio tone.wav --audio low.wav", "--image other.png --max-slices 4", "fox --answer --max-new-tokens 6", "fox --hidden both --max-new-tokens 6",
                "fox --image palette.png --video clip.mp4 --audio tone.wav"));
        assertThat(recipes.get("fox --image palette.png --video clip.mp4 --audio tone.wav"))
                .contains("\"name\":\"palette.png\"", "\"name\":\"clip.mp4\"", "\"name\":\"tone.wav\"");

        String unpadded = pixels("fox --answer --max-new-tokens 6 --bundle minicpm");
        assertThat(pixels("fox --answer --max-new-tokens 6 --bundle minicpm --prompt-style raw --padding right512"))
                .as("pads do not change an answer").isEqualTo(unpadded);
    }

    private String pixels(String task) throws Exception {
        Result result = generate(task);
        assertThat(result.exit()).as(result.err()).isZero();
        return Pictures.hash(ImageIO.read(folder.resolve("out.png").toFile()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            fox --audio tone.wav                           | Qwen2.5-VL does not hear
            fox --video clip.mp4 --video clip.mp4          | Qwen2.5-VL reads one video
            fox --image palette.png --max-slices 4         | --max-slices
            --image palette.png --image other.png --image palette.png | 3 pictures of 27 tokens
            """)
    void whatQwenDoesNotDoIsOneSentenceAndNoFile(String task, String message) throws Exception {
        Result result = generate(task);
        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err().lines().filter(l -> !l.startsWith("WARNING"))).singleElement().asString().startsWith("x2i: ").contains(message);
        assertThat(folder.resolve("out.png")).doesNotExist();
    }

    @Test
    void aDialogueRemembersSavesTakesBackAndKeepsItsSeed() throws Exception {
        Result result = Program.modular(folder).reading("""
                /seed 7
                /image palette.png
                green fox
                make it red
                /save second.png
                /undo
                make it red
                /nonsense
                /quit
                """).run("chat", "--steps", "1", "--width", "64", "--height", "64", "--max-new-tokens", "4", "-q");

        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.out().lines()).anyMatch(l -> l.startsWith("chat-1.png: 64 x 64, seed 7"))
                .anyMatch(l -> l.equals("wrote second.png")).anyMatch(l -> l.equals("taken back; 1 turn is left."));
        assertThat(result.err()).contains("there is no command /nonsense");
        String[] pixels = new String[3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = Pictures.hash(ImageIO.read(folder.resolve("chat-" + (i + 1) + ".png").toFile()));
        }
        assertThat(pixels[1]).as("what was said before counts").isNotEqualTo(pixels[0]);
        assertThat(pixels[2]).as("the turn that was taken back, again").isEqualTo(pixels[1]);
        assertThat(Pictures.hash(ImageIO.read(folder.resolve("second.png").toFile()))).isEqualTo(pixels[1]);
    }
}
