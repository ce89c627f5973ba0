package io.github.x2i4j.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.media.video.VideoFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The seeds are whole streams: a search that began with refused ones would find nothing. */
class H264StreamTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"baseline-p, 48, 32", "cabac-b, 112, 144"})
    void aStreamBecomesAFileThatIsDecoded(String seed, int width, int height) throws IOException {
        try (InputStream in = H264StreamTest.class.getResourceAsStream("ParsersFuzzTestInputs/h264/" + seed)) {
            Path file = Files.write(folder.resolve("clip.mp4"), new H264Stream(in.readAllBytes()).mp4());
            VideoFile video = VideoFile.open(file);
            assertThat(video.totalFrames()).isEqualTo(4);
            assertThat(video.frames(new int[] {0, 1, 2, 3}, RgbImage::width)).containsOnly(width);
            assertThat(video.height()).isEqualTo(height);
        }
    }
}
