package io.github.x2i4j.model.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.model.media.PilResize.Filter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values of Pillow. */
class PilResizeTest {
    private static final int[][] A = {{0, 50, 100, 150}, {200, 250, 30, 80}, {130, 180, 230, 10}, {60, 110, 160, 210}};

    private static RgbImage grey(int[][] rows) {
        byte[] rgb = new byte[3 * rows.length * rows[0].length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) rows[i / 3 / rows[0].length][i / 3 % rows[0].length];
        }
        return new RgbImage(rows[0].length, rows.length, rgb);
    }

    /** Rows of the red channel, after a look that the others are the same. */
    private static String resized(RgbImage image, int width, int height, Filter filter) {
        RgbImage r = PilResize.resize(image, width, height, filter);
        assertThat(r.width()).isEqualTo(width);
        assertThat(r.height()).isEqualTo(height);
        for (int i = 0; i < r.rgb().length; i++) {
            assertThat(r.rgb()[i]).isEqualTo(r.rgb()[i / 3 * 3]);
        }
        return IntStream.range(0, height).mapToObj(y -> IntStream.range(0, width)
                .mapToObj(x -> Integer.toString(r.rgb()[3 * (y * width + x)] & 0xFF)).collect(Collectors.joining(" ")))
                .collect(Collectors.joining("|"));
    }

    @ParameterizedTest
    @CsvSource({"2,2,125 97|142 146", "3,3,67 87 119|192 183 53|81 159 169", "1,1,127", "4,4,0 50 100 150|200 250 30 80|"
            + "130 180 230 10|60 110 160 210",
        "6,5,0 12 51 94 133 156|147 182 181 52 63 109|179 211 224 148 70 24|102 125 168 226 142 54|54 78 115 148 192 222",
        "8,4,0 8 35 63 88 115 142 154|196 214 254 208 72 26 66 84|126 138 165 199 236 185 53 0|56 68 95 123 148 175 202 214"})
    void bicubicEqualsPillow(int width, int height, String expected) {
        assertThat(resized(grey(A), width, height, Filter.BICUBIC)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"3,BICUBIC,4 210 159", "3,BILINEAR,20 200 154", "3,LANCZOS,0 209 164", "5,BICUBIC,0 36 255 181 146",
        "5,BILINEAR,0 47 244 189 151", "5,LANCZOS,0 31 255 172 140",
        "16,BICUBIC,0 0 0 0 0 52 203 255 255 255 255 197 34 39 201 255",
        "16,BILINEAR,0 0 0 0 0 64 191 255 255 255 255 191 64 64 191 255",
        "16,LANCZOS,0 2 7 0 0 54 201 255 255 255 255 185 20 40 192 255"})
    void everyFilterEqualsPillowAlongEitherAxis(int size, Filter filter, String expected) {
        int[] line = {0, 0, 0, 255, 255, 255, 0, 255};
        assertThat(resized(grey(new int[][] {line}), size, 1, filter)).isEqualTo(expected);
        int[][] column = Arrays.stream(line).mapToObj(v -> new int[] {v}).toArray(int[][]::new);
        assertThat(resized(grey(column), 1, size, filter)).isEqualTo(expected.replace(' ', '|'));
    }

    @Test
    void aWholePictureEqualsPillow() {
        int[][] rows = new int[256][256];
        for (int i = 0; i < 256 * 256; i++) {
            rows[i / 256][i % 256] = 7 * i % 256;
        }
        byte[] rgb = PilResize.resize(grey(rows), 140, 140, Filter.BICUBIC).rgb();
        int[] first = {3, 15, 28, 41, 54, 67, 80, 92};
        long sum = 0;
        for (int i = 0; i < rgb.length; i++) {
            sum += rgb[i] & 0xFF;
        }
        for (int i = 0; i < first.length; i++) {
            assertThat(rgb[3 * i]).isEqualTo((byte) first[i]);
            assertThat(rgb[3 * (140 + i)]).isEqualTo((byte) first[i]);
        }
        assertThat(sum).isEqualTo(3 * 2497880L);
    }

    /** Noise shows the rounding of single weights; checksums of Pillow's bytes, made smaller and made larger. */
    @ParameterizedTest
    @CsvSource({"BILINEAR,903ade58,75e0e1b3", "BICUBIC,7efe05cd,2eb269be", "LANCZOS,be97114e,361a337d"})
    void noiseEqualsPillow(Filter filter, String smaller, String larger) {
        byte[] rgb = new byte[3 * 200 * 150];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i * 1103515245 + 12345 >> 16);
        }
        RgbImage noise = new RgbImage(200, 150, rgb);
        assertThat(crc(PilResize.resize(noise, 131, 97, filter))).isEqualTo(smaller);
        assertThat(crc(PilResize.resize(noise, 231, 197, filter))).isEqualTo(larger);
    }

    private static String crc(RgbImage image) {
        CRC32 crc = new CRC32();
        crc.update(image.rgb());
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    @Test
    void channelsDoNotMix() {
        byte[] rgb = new byte[3 * 9 * 7];
        new Random(1).nextBytes(rgb);
        RgbImage mixed = PilResize.resize(new RgbImage(9, 7, rgb), 5, 11, Filter.LANCZOS);
        for (int c = 0; c < 3; c++) {
            byte[] one = new byte[rgb.length];
            for (int i = 0; i < one.length; i++) {
                one[i] = rgb[i / 3 * 3 + c];
            }
            byte[] single = PilResize.resize(new RgbImage(9, 7, one), 5, 11, Filter.LANCZOS).rgb();
            for (int i = c; i < single.length; i += 3) {
                assertThat(mixed.rgb()[i]).isEqualTo(single[i]);
            }
        }
    }

    @Test
    void theSameSizeIsTheSamePicture() {
        RgbImage image = grey(A);
        assertThat(PilResize.resize(image, 4, 4, Filter.LANCZOS)).isSameAs(image);
    }

    @Test
    void aTallPictureIsWidenedAndShortened() {
        int[][] rows = new int[20_000][1];
        for (int y = 10_000; y < rows.length; y++) {
            rows[y][0] = 255;
        }
        assertThat(resized(grey(rows), 2, 4, Filter.BILINEAR)).isEqualTo("0 0|32 32|223 223|255 255");
    }

    @Test
    void impossibleSizesAreRefused() {
        assertThatThrownBy(() -> PilResize.resize(grey(A), 0, 4, Filter.BICUBIC)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PilResize.resize(grey(A), 1 << 20, 1 << 20, Filter.BICUBIC))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
