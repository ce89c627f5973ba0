package io.github.x2i4j.model.qwen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SmartResizeTest {
    @ParameterizedTest
    @CsvSource({"128,128,140,140", "224,224,224,224", "256,256,252,252", "480,640,476,644", "1080,1920,1092,1932", "42,42,56,56",
        "70,70,56,56", "98,100,112,112", "50,300,56,308", "5000,4000,4004,3192"})
    void processorRoundsToWholeTokensWithinItsLimits(int h, int w, int height, int width) {
        assertThat(SmartResize.processor(h, w, 28, 3136, 12845056)).isEqualTo(new SmartResize.Size(height, width));
    }

    @ParameterizedTest
    @CsvSource({"128,128,140,140", "480,640,168,252", "1080,1920,168,280", "1024,1024,224,224", "300,100,308,112", "4000,3000,252,168"})
    void utilsShrinksToTheLimitOfComfyUi(int h, int w, int height, int width) {
        assertThat(SmartResize.utils(h, w, 28, 3136, 50176)).isEqualTo(new SmartResize.Size(height, width));
    }

    @ParameterizedTest
    @CsvSource({"720,1280,84,168", "1280,720,168,84", "240,320,84,140", "128,128,112,112", "100,100,336,336", "64,64,336,336", "112,140,308,364"})
    void aMaximumBelowTheMinimumEnlargesSmallFrames(int h, int w, int height, int width) {
        assertThat(SmartResize.utils(h, w, 28, 100352, 16384)).isEqualTo(new SmartResize.Size(height, width));
    }

    @Test
    void sidesBelowATokenAreRefusedByTheProcessorAndEnlargedByUtils() {
        assertThatThrownBy(() -> SmartResize.processor(27, 100, 28, 3136, 50176)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("100x27").hasMessageContaining("28");
        assertThat(SmartResize.utils(3, 3, 28, 3136, 50176)).isEqualTo(new SmartResize.Size(56, 56));
    }

    @Test
    void narrowPicturesAreRefused() {
        assertThatThrownBy(() -> SmartResize.processor(30, 6001, 28, 3136, 12845056)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("200");
        assertThatThrownBy(() -> SmartResize.utils(60, 2000, 28, 100352, 16384)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("too narrow");
    }
}
