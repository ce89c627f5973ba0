package io.github.x2i4j.model.internvl;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class PositionGridTest {
    private static final Offset<Float> NEAR = Offset.offset(1e-6f);

    @Test
    void theSameSizeIsTheSameGrid() {
        float[] grid = {1, 2, 3, 4};

        assertThat(PositionGrid.resize(grid, 2, 2, 1)).isSameAs(grid);
    }

    @Test
    void weightsAreThoseOfCubicConvolutionWithMinusThreeQuarters() {
        float[] weights = new float[4];

        PositionGrid.weights(0.5f, weights);
        assertThat(weights).containsExactly(new float[] {-0.09375f, 0.59375f, 0.59375f, -0.09375f}, NEAR);
        PositionGrid.weights(0, weights);
        assertThat(weights).containsExactly(0, 1, 0, 0);
    }

    /** {@code F.interpolate([[1, 2], [3, 4]], scale_factor=2, mode="bicubic")} of the PyTorch documentation's example. */
    @Test
    void enlargingIsPyTorchsBicubicInterpolation() {
        float[] out = PositionGrid.resize(new float[] {1, 2, 3, 4}, 2, 4, 1);

        assertThat(out).containsExactly(new float[] {
            0.683594f, 1.015625f, 1.5625f, 1.894531f,
            1.347656f, 1.679688f, 2.226563f, 2.558594f,
            2.441406f, 2.773438f, 3.320313f, 3.652344f,
            3.105469f, 3.4375f, 3.984375f, 4.316406f}, NEAR);
    }

    @Test
    void channelsDoNotMixAndRowsStayRows() {
        float[] two = new float[2 * 9];
        for (int i = 0; i < 9; i++) {
            two[2 * i] = i / 3;
            two[2 * i + 1] = 7;
        }

        float[] out = PositionGrid.resize(two, 3, 2, 2);

        assertThat(out).hasSize(8);
        for (int i = 0; i < 4; i++) {
            assertThat(out[2 * i + 1]).isCloseTo(7, NEAR);
            assertThat(out[2 * i]).isCloseTo(out[2 * (i / 2 * 2)], NEAR);
        }
        assertThat(out[0]).isLessThan(out[4]).isCloseTo(0.25f, Offset.offset(0.1f));
    }
}
