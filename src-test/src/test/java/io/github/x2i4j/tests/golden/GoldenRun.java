package io.github.x2i4j.tests.golden;

import static org.junit.jupiter.api.Assumptions.abort;

import io.github.x2i4j.app.verify.CaseFinder;
import io.github.x2i4j.app.verify.CaseResult;
import io.github.x2i4j.app.verify.Components;
import io.github.x2i4j.app.verify.Verifier;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.loader.weights.Checkpoints;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;

/** Golden cases as tests. */
final class GoldenRun {
    /** The cases that the project brings along. */
    static final Path BUNDLED = Path.of(System.getProperty("basedir", ""), "src", "test", "resources", "golden");

    private GoldenRun() {
    }

    /** One test a case below a folder, in one container a component. */
    static Stream<DynamicNode> tests(Path root, Consumer<Path> run) {
        Map<String, List<Path>> byComponent = CaseFinder.find(List.of(root)).stream()
                .collect(Collectors.groupingBy(c -> c.getParent().getFileName().toString(), TreeMap::new, Collectors.toList()));
        return byComponent.entrySet().stream().map(e -> DynamicContainer.dynamicContainer(e.getKey(), e.getValue().stream()
                .map(c -> DynamicTest.dynamicTest(c.getFileName().toString(), c.resolve("case.json").toUri(), () -> run.accept(c)))));
    }

    /** Runs a case, which must pass; one that the program says it does not do is aborted with the reason. */
    static CaseResult pass(Path folder, Engine engine) {
        CaseResult result = new Verifier(Components.all(), Checkpoints::open, engine, 1).verify(folder);
        return switch (result.status()) {
            case PASS -> result;
            case SKIP -> abort(result.line());
            case FAIL -> throw new AssertionError(result.line() + "\n" + String.join("\n", result.outputLines()), result.failure());
        };
    }
}
