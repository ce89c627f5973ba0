package io.github.x2i4j.tests.golden;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.app.verify.CaseFinder;
import io.github.x2i4j.app.verify.CaseResult;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.TestAbortedException;

/**
 * Every component gives the outputs of the reference implementations. The environment variable {@code X2I4J_GOLDEN} names a folder
 * of further cases.
 */
class GoldenParityTest {
    private static Engine engine;

    @BeforeAll
    static void open() {
        engine = Engine.open(EngineOptions.DEFAULT);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    /** None of the project's own cases may be skipped. */
    @TestFactory
    Stream<DynamicNode> bundledCases() {
        return GoldenRun.tests(GoldenRun.BUNDLED, folder -> {
            try {
                GoldenRun.pass(folder, engine);
            } catch (TestAbortedException e) {
                throw new AssertionError(e.getMessage(), e);
            }
        });
    }

    /** A clone stays quick to fetch: of the cases there are, the project holds a selection. */
    @Test
    void bundledCasesStayBelowEightMegabytes() throws IOException {
        try (Stream<Path> files = Files.walk(GoldenRun.BUNDLED)) {
            assertThat(files.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum()).isLessThan(8_000_000);
        }
    }

    @TestFactory
    Stream<DynamicNode> furtherCases() {
        String folder = System.getenv("X2I4J_GOLDEN");
        return folder == null ? Stream.empty() : GoldenRun.tests(Path.of(folder), c -> GoldenRun.pass(c, engine));
    }

    @Test
    void casesCompareEveryOutputThatTheyName() {
        for (Path folder : CaseFinder.find(List.of(GoldenRun.BUNDLED.resolve("cases/flux-scheduler")))) {
            CaseResult result = GoldenRun.pass(folder, engine);
            assertThat(result.checks()).extracting("output").containsExactlyInAnyOrder("sigmas", "timesteps");
        }
    }
}
