package io.github.x2i4j.model.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.flux.LatentGrid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DrawOptionsTest {
    private static final int FACTOR = 8;

    private static DrawOptions size(int height, int width) {
        return DrawOptions.of(height, width, 4, 3.5);
    }

    @Test
    void sidesOfWholeTokensAreTaken() {
        assertThat(size(64, 1024).grid(FACTOR)).isEqualTo(new LatentGrid(8, 128));
    }

    @ParameterizedTest
    @CsvSource({"70, 64, height is 70, 64 or 80", "64, 1000, width is 1000, 992 or 1008", "15, 64, height is 15, 16 would do"})
    void otherSidesAreRefusedWithTheNearestThatWouldDo(int height, int width, String side, String remedy) {
        assertThatThrownBy(() -> size(height, width).grid(FACTOR)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(side).hasMessageContaining("multiple of 16").hasMessageContaining(remedy);
    }

    @Test
    void theReferencesRoundingIsAnOption() {
        assertThat(size(70, 95).withSizes(DrawOptions.Sizes.ROUND_DOWN).grid(FACTOR)).isEqualTo(new LatentGrid(8, 10));
        assertThatThrownBy(() -> size(70, 15).withSizes(DrawOptions.Sizes.ROUND_DOWN).grid(FACTOR))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining("width");
    }

    @Test
    void impossibleOptionsAreNamed() {
        assertThatThrownBy(() -> size(0, 64)).isInstanceOf(InvalidInputException.class).hasMessageContaining("height is 0");
        assertThatThrownBy(() -> size(64, 1 << 20)).isInstanceOf(InvalidInputException.class).hasMessageContaining("width");
        assertThatThrownBy(() -> size(64, 64).withCount(0)).isInstanceOf(InvalidInputException.class).hasMessageContaining("pictures is 0");
        assertThatThrownBy(() -> DrawOptions.of(64, 64, 4, Double.NaN)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("guidance");
        assertThatThrownBy(() -> size(64, 64).withTrueCfgScale(-1)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("CFG");
        assertThatThrownBy(() -> new FluxPrompt("fox", null, null, 513)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("513").hasMessageContaining("512");
    }
}
