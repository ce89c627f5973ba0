package io.github.x2i4j.tests.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.tests.process.Program.Result;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The example pictures of the README are what the commands beside them make. */
class ReadmePicturesIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern EXAMPLE = Pattern.compile("!\\[[^]]*]\\(([^)]+)\\) \\| `\\./x2i (generate [^`]+) -o ([^` ]+)`");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");
    /** Exponentials of another processor may round a channel the other way. */
    private static final int ROUNDING = 2;

    @TempDir
    Path folder;

    static Stream<MatchResult> examples() throws IOException {
        List<MatchResult> examples = EXAMPLE.matcher(Files.readString(ROOT.resolve("README.md"))).results().toList();
        assertThat(examples).hasSizeGreaterThan(1);
        return examples.stream();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void theCommandMakesThePicture(MatchResult example) throws Exception {
        Path shown = ROOT.resolve(example.group(1));
        Path made = folder.resolve(example.group(3));
        List<String> words = WORD.matcher(example.group(2)).results().map(w -> w.group(1) == null ? w.group(2) : w.group(1)).toList();
        String[] command = Stream.concat(words.stream(), Stream.of("-o", made.toString())).toArray(String[]::new);
        Result result = Program.modular(folder).workingIn(ROOT).run(command);
        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(Pictures.largestDifference(read(made), read(shown))).isLessThanOrEqualTo(ROUNDING);
    }

    private static BufferedImage read(Path file) throws IOException {
        return ImageIO.read(file.toFile());
    }
}
