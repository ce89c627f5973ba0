package io.github.x2i4j.model.media;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TorchResizeTest {
    private static final int[] A = {0, 50, 100, 150, 200, 250, 30, 80, 130, 180, 230, 10, 60, 110, 160, 210};

    private static int[] resized(int width, int height) {
        byte[] rgb = new byte[48];
        for (int i = 0; i < 48; i++) {
            rgb[i] = (byte) A[i / 3];
        }
        RgbImage out = TorchResize.bicubic(new RgbImage(4, 4, rgb), width, height);
        int[] green = new int[width * height];
        for (int i = 0; i < green.length; i++) {
            green[i] = out.rgb()[3 * i + 1] & 0xFF;
        }
        return green;
    }

    @Test
    void valuesAreThoseOfTorch() {
        assertThat(resized(2, 2)).containsExactly(125, 97, 142, 145);
        assertThat(resized(3, 3)).containsExactly(68, 87, 119, 192, 182, 53, 82, 159, 168);
        assertThat(resized(8, 4)).containsExactly(0, 8, 35, 62, 88, 115, 142, 154, 196, 214, 254, 208, 72, 26, 66, 84,
                126, 138, 165, 199, 236, 185, 53, 0, 56, 68, 95, 122, 148, 175, 202, 214);
    }
}
