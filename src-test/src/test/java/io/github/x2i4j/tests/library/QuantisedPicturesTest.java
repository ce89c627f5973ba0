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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What quantising the transformer does to a picture. */
class QuantisedPicturesTest {
    @TempDir
    Path temp;

    @Test
    void picturesOfQuantisedTransformersAreCloseToThoseOfTheStoredOne() throws IOException {
        Path demo = DemoBundle.unpack();
        try (Engine engine = Engine.open(EngineOptions.DEFAULT)) {
            byte[] stored = draw(demo, engine);
            assertThat(psnr(stored, draw(quantised(demo, DType.F32), engine))).as("nothing is lost in F32").isEqualTo(Double.POSITIVE_INFINITY);
            assertThat(psnr(stored, draw(quantised(demo, DType.Q8_0), engine))).isGreaterThan(50);
            assertThat(psnr(stored, draw(quantised(demo, DType.Q5_K), engine))).isGreaterThan(40);
            assertThat(psnr(stored, draw(quantised(demo, DType.Q4_K), engine))).isGreaterThan(38);
        }
    }

    private static byte[] draw(Path bundle, Engine engine) {
        try (X2i x2i = X2i.open(Bundle.open(bundle), engine, false)) {
            X2iRequest request = X2iRequest.builder().text("red apple on a blue background").seed(6).build();
            return x2i.generate(request, Progress.NONE).pictures().getFirst().image().rgb();
        }
    }

    /** A copy of the bundle with another transformer. */
    private Path quantised(Path demo, DType dtype) throws IOException {
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
