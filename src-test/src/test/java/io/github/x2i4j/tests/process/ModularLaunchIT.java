package io.github.x2i4j.tests.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.tests.process.Program.Result;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program, started as {@code ./x2i} starts it, on a machine where nothing is cached. */
class ModularLaunchIT {
    @TempDir
    Path folder;

    @Test
    void drawsAPictureWithTheDemoWeights() throws Exception {
        Result result = Program.modular(folder).run("generate", "red apple on a blue background", "--seed", "7", "-o", "apple.png");
        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.err()).contains("apple.png").doesNotContain("warning:").doesNotContain("add-modules");
        assertThat(colours(ImageIO.read(folder.resolve("apple.png").toFile()))).isGreaterThan(100);
        assertThat(folder.resolve("home/.cache/x2i4j")).isDirectory();
    }

    @Test
    void twoThatStartAtOnceShareOneCache() throws Exception {
        Program program = Program.modular(folder);
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            processes.add(program.start("generate", "green fox", "--steps", "1", "-o", "fox-" + i + ".png"));
        }
        for (Process process : processes) {
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(program.err())).isZero();
        }
        assertThat(folder.resolve("home/.cache/x2i4j").toFile().list()).hasSize(2).contains("demo.lock");
    }

    @Test
    void theRecipeOfAPictureMakesItAgain() throws Exception {
        Program program = Program.modular(folder);
        program.run("generate", "green fox", "--steps", "2", "--seed", "11", "--threads", "1", "-o", "first.png");
        Result inspected = program.run("inspect", "first.png");
        assertThat(inspected.exit()).as(inspected.err()).isZero();
        assertThat(inspected.out()).contains("green fox").contains("11");
        program.run("generate", "green fox", "--steps", "2", "--seed", "11", "--threads", "2", "-o", "second.png");
        assertThat(folder.resolve("second.png")).hasSameBinaryContentAs(folder.resolve("first.png"));
    }

    @Test
    void stoppedWhileItDrawsItLeavesNoFile() throws Exception {
        Program program = Program.modular(folder);
        Files.createDirectories(folder.resolve("pictures"));
        Process process = program.start("generate", "green fox", "--steps", "1000", "-o", "pictures/fox.png");
        try {
            waitFor(process, program.err(), "denoise 2/");
            process.destroy();
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).isNotZero();
        assertThat(folder.resolve("pictures")).isEmptyDirectory();
    }

    @Test
    void errorsAreOneSentenceAndAnExitCode() throws Exception {
        Result result = Program.modular(folder).run("generate", "green fox", "--width", "100");
        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines().filter(l -> !l.startsWith("WARNING: Using incubator modules"))).singleElement().asString()
                .contains("--width 100").contains("multiple of 16");
    }

    private static void waitFor(Process process, Path file, String text) throws IOException, InterruptedException {
        while (!Files.readString(file).contains(text)) {
            assertThat(process.isAlive()).as(Files.readString(file)).isTrue();
            Thread.sleep(20);
        }
    }

    private static long colours(BufferedImage image) {
        int[] pixels = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        return Arrays.stream(pixels).distinct().count();
    }
}
