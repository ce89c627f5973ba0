package io.github.x2i4j.tests.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.tests.process.Program.Result;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program embedded on a class path, where the Vector API's module is absent. */
class ClassPathIT {
    private static final String FLAG = "--add-modules jdk.incubator.vector";
    private static final String[] DRAW = {"generate", "green fox", "--steps", "2", "--seed", "3", "-o"};

    @TempDir
    Path folder;

    @Test
    void withoutTheVectorModuleScalarKernelsDrawAndOneWarningNamesTheFlag() throws Exception {
        Program program = Program.onClassPath(folder);
        Result result = draw(program, "scalar.png");
        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.err().lines().filter(l -> l.contains(FLAG))).hasSize(1);
        assertThat(program.run("info").out()).contains("scalar");

        assertThat(draw(Program.modular(folder), "vector.png").err()).doesNotContain(FLAG);
        assertThat(Pictures.largestDifference(read("scalar.png"), read("vector.png"))).isLessThanOrEqualTo(2);
    }

    private static Result draw(Program program, String file) throws Exception {
        String[] arguments = Arrays.copyOf(DRAW, DRAW.length + 1);
        arguments[DRAW.length] = file;
        return program.run(arguments);
    }

    private BufferedImage read(String file) throws IOException {
        return ImageIO.read(folder.resolve(file).toFile());
    }
}
