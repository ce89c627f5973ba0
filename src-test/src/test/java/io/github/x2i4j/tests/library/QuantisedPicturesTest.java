package io.github.x2i4j.tests.library;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.demo.DemoBundle;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.model.X2i;
import io.github.x2i4j.model.X2iRequest;
import io.github.x2i4j.model.pipeline.Bundle;
import io.github.x2i4j.model.pipeline.Progress;
import io.github.x2i4j.tools.convert.Conversion;
import io.github.x2i4j.tools.convert.Names;
import io.github.x2i4j.tools.convert.TypeRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What quantising the transformer does to a picture. */
class QuantisedPicturesTest {
    @TempDir
    Path temp;

    private static Path demo;
    private static Engine engine;
    private static byte[] stored;

    @BeforeAll
    static void drawTheStoredOne() {
        demo = DemoBundle.unpack();
        engine = Engine.open(EngineOptions.DEFAULT);
        stored = draw(demo);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @ParameterizedTest
    @CsvSource({"F32, Infinity", "Q8_0, 50", "Q6_K, 48", "Q5_K, 40", "Q5_1, 40", "Q5_0, 38", "Q4_K, 38", "Q4_1, 30", "Q4_0, 32"})
    void picturesOfQuantisedTransformersAreCloseToThoseOfTheStoredOne(DType dtype, double leastPsnr) throws IOException {
        assertThat(psnr(stored, draw(quantised(dtype)))).isGreaterThanOrEqualTo(leastPsnr);
    }

    private static byte[] draw(Path bundle) {
        try (X2i x2i = X2i.open(Bundle.open(bundle), engine, false)) {
            X2iRequest request = X2iRequest.builder().text("red apple on a blue background").seed(6).build();
            return x2i.generate(request, Progress.NONE).pictures().getFirst().image().rgb();
        }
    }

    /** A copy of the bundle with another transformer. */
    private Path quantised(DType dtype) throws IOException {
        Path bundle = temp.resolve(dtype.name());
        try (Stream<Path> files = Files.walk(demo)) {
            for (Path file : files.filter(f -> !f.startsWith(demo.resolve("flux/transformer"))).toList()) {
                Path copy = bundle.resolve(demo.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
        new Conversion(new TypeRules(dtype, List.of()), Names.STORED, 1 << 30, false).run(demo.resolve("flux/transformer"),
                bundle.resolve("flux/transformer"), Progress.NONE);
        return bundle;
    }

    private static double psnr(byte[] a, byte[] b) {
        double squares = 0;
        for (int i = 0; i < a.length; i++) {
            squares += Math.pow((a[i] & 0xFF) - (b[i] & 0xFF), 2);
        }
        return 10 * Math.log10(255.0 * 255 * a.length / squares);
    }
}
