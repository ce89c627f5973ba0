package io.github.x2i4j.tests.golden;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.FakeGpu;
import io.github.x2i4j.engine.Precision;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/**
 * The GPU's ops pass the golden cases, on a device made of the CPU. The environment variable {@code X2I4J_GOLDEN_GPU} names a folder
 * of further cases.
 */
class GpuKernelsTest {
    private static Engine engine;

    @BeforeAll
    static void open() throws Exception {
        engine = FakeGpu.open(2L << 30, Precision.F32);
    }

    @AfterAll
    static void close() {
        if (engine != null) {
            engine.close();
        }
    }

    @TestFactory
    Stream<DynamicNode> bundledCases() {
        return GoldenRun.tests(GoldenRun.BUNDLED, folder -> GoldenRun.pass(folder, engine));
    }

    @TestFactory
    Stream<DynamicNode> furtherCases() {
        String folder = System.getenv("X2I4J_GOLDEN_GPU");
        return folder == null ? Stream.empty() : GoldenRun.tests(Path.of(folder), c -> GoldenRun.pass(c, engine));
    }
}
