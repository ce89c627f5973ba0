package io.github.x2i4j.model.internvl;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.model.media.RgbImage;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InternVlImageProcessorTest {
    private static final Offset<Float> NEAR = Offset.offset(1e-6f);

    /** Columns of one grey after the other. */
    private static RgbImage stripes(int width, int height, int... greys) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) greys[i / 3 % width * greys.length / width];
        }
        return new RgbImage(width, height, rgb);
    }

    @ParameterizedTest
    @CsvSource({"0,0,-2.117904", "0,255,2.248908", "1,0,-2.035714", "1,255,2.428571", "2,0,-1.804444", "2,255,2.640000"})
    void bytesAreNormalisedByTheStatisticsOfImageNet(int channel, int grey, float expected) {
        PixelTiles tiles = new InternVlImageProcessor(2, 1, 12, true).tiles(stripes(2, 2, grey));

        assertThat(tiles.values()).hasSize(12);
        assertThat(Arrays.copyOfRange(tiles.values(), channel * 4, channel * 4 + 4)).containsExactly(new float[] {expected, expected,
            expected, expected}, NEAR);
    }

    @Test
    void tilesAreListedRowByRowAndAThumbnailOfTheWholeFollows() {
        PixelTiles tiles = new InternVlImageProcessor(4, 1, 12, true).tiles(stripes(12, 4, 0, 128, 255));

        assertThat(tiles.count()).isEqualTo(4);
        assertThat(tiles.side()).isEqualTo(4);
        float[] red = new float[] {tiles.values()[0], tiles.values()[48 + 5], tiles.values()[96 + 15]};
        assertThat(red).containsExactly(new float[] {-2.117904f, 0.074065f, 2.248908f}, Offset.offset(1e-5f));
        assertThat(tiles.values()[144]).isCloseTo(red[0], Offset.offset(0.2f));
        assertThat(tiles.values()[144 + 3]).isCloseTo(red[2], Offset.offset(0.2f));
    }

    @Test
    void withoutThumbnailsThereAreTheTilesAlone() {
        assertThat(new InternVlImageProcessor(4, 1, 12, false).tiles(stripes(12, 4, 9)).count()).isEqualTo(3);
    }

    @Test
    void aSquareIsOneTileWithoutAThumbnail() {
        assertThat(new InternVlImageProcessor(8, 1, 12, true).tiles(stripes(5, 5, 9)).count()).isEqualTo(1);
    }
}
