package io.github.x2i4j.tests.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.util.Arrays;

/** Compares pictures. */
final class Pictures {
    private Pictures() {
    }

    /** The same for pictures that are the same pixel by pixel. */
    static String hash(BufferedImage a) {
        return a.getWidth() + "x" + a.getHeight() + " " + Arrays.hashCode(a.getRGB(0, 0, a.getWidth(), a.getHeight(), null, 0, a.getWidth()));
    }

    /** The largest difference of a channel of a pixel, of 255. */
    static int largestDifference(BufferedImage a, BufferedImage b) {
        assertThat(b.getWidth()).isEqualTo(a.getWidth());
        assertThat(b.getHeight()).isEqualTo(a.getHeight());
        int largest = 0;
        for (int y = 0; y < a.getHeight(); y++) {
            for (int x = 0; x < a.getWidth(); x++) {
                for (int shift = 0; shift <= 16; shift += 8) {
                    largest = Math.max(largest, Math.abs((a.getRGB(x, y) >> shift & 255) - (b.getRGB(x, y) >> shift & 255)));
                }
            }
        }
        return largest;
    }
}
