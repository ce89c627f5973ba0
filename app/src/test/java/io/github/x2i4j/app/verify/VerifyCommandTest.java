package io.github.x2i4j.app.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class VerifyCommandTest {
    /** PyTorch's first two normal numbers of seed 0 when fewer than 16 are drawn. */
    private static final float[] SEED_0 = {1.54099607f, -0.293428898f};

    @TempDir
    private Path root;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(Object... args) {
        CommandLine line = VerifyCommand.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return line.execute(Arrays.stream(args).map(Object::toString).toArray(String[]::new));
    }

    private CaseFolder noise(String name, float[] expected) throws IOException {
        return CaseFolder.of(root, "noise", name, """
                {"component": "noise", "args": {"generator": "torch-cpu", "seed": 0, "shape": [2]},
                 "tolerance": {"noise": {"rel_l2": 1e-6}}}""").tensor("expected.safetensors", "noise", expected, 2);
    }

    private void unknown() throws IOException {
        CaseFolder.of(root, "tuba", "low", "{\"component\": \"tuba\", \"tolerance\": {\"y\": {\"exact\": true}}}");
    }

    @Test
    void exitsWith0WhenNothingFailedAndSomethingPassed() throws IOException {
        noise("right", SEED_0);
        unknown();
        assertThat(run(root)).isZero();
        assertThat(out.toString().lines()).hasSize(3).last().isEqualTo("1 passed, 0 failed, 1 skipped");
        assertThat(out.toString()).startsWith("PASS noise/right noise ").contains("SKIP tuba/low unknown component");
    }

    @Test
    void exitsWith1WhenACaseFailed() throws IOException {
        noise("right", SEED_0);
        CaseFolder wrong = noise("wrong", new float[] {1, 2});
        assertThat(run(root)).isEqualTo(1);
        assertThat(out.toString()).contains("FAIL noise/wrong noise ").endsWith("1 passed, 1 failed, 0 skipped\n");
        assertThat(run(wrong.path())).isEqualTo(1);
        Files.writeString(wrong.path().resolve("case.json"), "{");
        assertThat(run(wrong.path())).isEqualTo(1);
    }

    @Test
    void exitsWith1WhenNothingPassed() throws IOException {
        unknown();
        assertThat(run(root)).isEqualTo(1);
        assertThat(out.toString()).endsWith("0 passed, 0 failed, 1 skipped\n");
    }

    @Test
    void exitsWith2AndOneSentenceWithoutCases() throws IOException {
        CaseFolder right = noise("right", SEED_0);
        assertThat(run(root.resolve("absent"))).isEqualTo(2);
        assertThat(err.toString().lines()).hasSize(1).first().asString().contains("absent does not exist");
        Path empty = Files.createDirectory(root.resolve("empty"));
        assertThat(run(right.path(), empty)).isEqualTo(2);
        assertThat(run(right.path().resolve("expected.safetensors"))).isEqualTo(2);
        assertThat(run("--component", "tuba", root)).isEqualTo(2);
        assertThat(run()).isEqualTo(2);
        assertThat(run("--tolerance-scale", "-1", root)).isEqualTo(2);
        assertThat(run("--kernels", "abacus", root)).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void runsEachCaseOnceAndOnlyTheComponentsAskedFor() throws IOException {
        CaseFolder right = noise("right", SEED_0);
        unknown();
        assertThat(run("--component", "noise", "-v", right.path(), root, right.path().resolve("case.json"))).isZero();
        assertThat(out.toString().lines().toList()).hasSize(3);
        assertThat(out.toString()).contains("\n  pass noise ").endsWith("1 passed, 0 failed, 0 skipped\n");
    }
}
