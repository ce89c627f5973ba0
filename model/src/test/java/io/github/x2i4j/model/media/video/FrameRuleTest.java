package io.github.x2i4j.model.media.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FrameRuleTest {
    private static int[] qwen(int total, double fps) {
        return FrameRule.QWEN.indices(total, fps, 1);
    }

    private static int[] miniCpm(int total, double fps) {
        return FrameRule.MINICPM_O.indices(total, fps, 1);
    }

    @Test
    void qwenTakesAnEvenNumberOfFramesFromTheFirstToTheLast() {
        assertThat(qwen(258, 24000 / 1001.0)).containsExactly(0, 29, 57, 86, 114, 143, 171, 200, 228, 257);
        assertThat(qwen(100, 25)).containsExactly(0, 33, 66, 99);
        assertThat(qwen(300, 30)).containsExactly(0, 33, 66, 100, 133, 166, 199, 233, 266, 299);
        assertThat(qwen(7, 30)).containsExactly(0, 2, 4, 6);
        assertThat(qwen(3, 30)).containsExactly(0, 2);
    }

    @Test
    void qwenTakesAtMost768Frames() {
        assertThat(qwen(50_000, 24)).hasSize(768).endsWith(49_999);
    }

    @Test
    void oneFrameIsTooFewForQwen() {
        assertThatThrownBy(() -> qwen(1, 1)).isInstanceOf(InvalidInputException.class).hasMessageContaining("at least 2");
    }

    @Test
    void miniCpmTakesAFrameASecond() {
        assertThat(miniCpm(258, 24000 / 1001.0)).containsExactly(0, 24, 48, 72, 96, 120, 144, 168, 192, 216, 240);
        assertThat(miniCpm(3, 30)).containsExactly(0);
    }

    @Test
    void miniCpmThinsOutTo64Frames() {
        int[] indices = miniCpm(3000, 30);

        assertThat(indices).hasSize(64).startsWith(0, 60, 90, 150, 210, 240).endsWith(2880, 2910, 2970);
    }

    @Test
    void fewerThanHalfAFrameASecondGivesEveryFrame() {
        assertThat(miniCpm(5, 0.4)).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void indicesAscendAndStayInside() {
        for (int total = 2; total < 400; total++) {
            for (FrameRule rule : FrameRule.values()) {
                int[] indices = rule.indices(total, 7.3, 1);
                assertThat(Arrays.stream(indices).distinct().sorted().toArray()).as("%s of %d", rule, total).isEqualTo(indices);
                assertThat(indices[indices.length - 1]).isLessThan(total);
            }
        }
    }
}
