package io.github.x2i4j.model.qwen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.media.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QwenImageProcessorTest {
    private static final String PUBLISHED = """
            {"min_pixels": 3136, "max_pixels": 12845056, "patch_size": 14, "temporal_patch_size": 2, "merge_size": 2,
             "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}""";

    @TempDir
    private Path folder;

    private QwenImageProcessor read(String json) throws IOException {
        Files.writeString(folder.resolve("preprocessor_config.json"), json);
        return QwenImageProcessor.read(folder);
    }

    private static RgbImage pattern(int width, int height, int offset) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (3 * (i / 3 / width) + 5 * (i / 3 % width) + 40 * (i % 3) + offset);
        }
        return new RgbImage(width, height, rgb);
    }

    @Test
    void theWholeChainGivesTheReferencesValues() throws IOException {
        PixelPatches p = read(PUBLISHED).image(pattern(128, 128, 0));

        assertThat(p.grid()).isEqualTo(new PatchGrid(1, 10, 10));
        assertThat(p.values()).hasSize(100 * 1176);
        int[][] at = {{0, 0}, {0, 1}, {0, 14}, {0, 196}, {0, 392}, {1, 0}, {2, 0}, {4, 0}, {20, 0}, {50, 600}, {99, 1175}};
        double[] expected = {-1.792263, -1.733869, -1.748467, -1.792263, -1.151786, -0.857963, -1.237522, 0.076336, -0.668184, -1.286856,
            -0.456375};
        for (int i = 0; i < at.length; i++) {
            assertThat((double) p.values()[at[i][0] * 1176 + at[i][1]]).as("row %d, value %d", at[i][0], at[i][1])
                    .isCloseTo(expected[i], Offset.offset(1e-6));
        }
        double sum = 0;
        for (float v : p.values()) {
            sum += v;
        }
        assertThat(sum).isCloseTo(24233.834, Offset.offset(0.05));
    }

    @Test
    void framesFillTheTimeAxisAndTheLastIsRepeated() throws IOException {
        QwenImageProcessor q = read(PUBLISHED);
        PixelPatches p = q.video(List.of(pattern(56, 56, 0), pattern(56, 56, 50), pattern(56, 56, 100)));

        assertThat(p.grid()).isEqualTo(new PatchGrid(2, 4, 4));
        float[] third = q.image(pattern(56, 56, 100)).values();
        assertThat(Arrays.copyOfRange(p.values(), 16 * 1176, 32 * 1176)).containsExactly(third);
        assertThat(p.values()[196]).isEqualTo(q.image(pattern(56, 56, 50)).values()[0]);
    }

    @Test
    void limitsMayBeNestedInSize() throws IOException {
        QwenImageProcessor q = read(PUBLISHED.replace("\"min_pixels\": 3136, \"max_pixels\": 12845056",
                "\"size\": {\"shortest_edge\": 7056, \"longest_edge\": 9800}"));

        assertThat(q.image(pattern(300, 300, 0)).grid()).isEqualTo(new PatchGrid(1, 6, 6));
    }

    @Test
    void wrongFieldsAreNamed() {
        assertThatThrownBy(() -> read(PUBLISHED.replace("0.4578275,", ""))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("image_mean").hasMessageContaining("preprocessor_config.json");
        assertThatThrownBy(() -> read(PUBLISHED.replace("12845056", "100"))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("max_pixels");
        assertThatThrownBy(() -> read(PUBLISHED.replace("\"patch_size\": 14", "\"patch_size\": 0"))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("patch_size");
    }
}
