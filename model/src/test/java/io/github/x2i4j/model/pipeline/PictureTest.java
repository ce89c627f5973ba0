package io.github.x2i4j.model.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.model.media.RgbImage;
import org.junit.jupiter.api.Test;

class PictureTest {
    @Test
    void planesBecomePixelsAndHalvesAreRoundedToEven() {
        float half = 0.5f / 255;
        float threeHalves = 1.5f / 255;
        float[] planes = {0, 1, half, threeHalves, 100.4f / 255, 100.6f / 255};
        RgbImage image = new Picture(2, 1, planes, new float[0], 0).toRgb();
        assertThat(image.width()).isEqualTo(2);
        assertThat(image.height()).isEqualTo(1);
        assertThat(image.rgb()).containsExactly(0, 0, 100, 255, 2, 101);
    }
}
