package io.github.x2i4j.model.media.video;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.model.media.RgbImage;
import java.util.Arrays;
import org.jcodec.codecs.h264.io.model.Frame;
import org.jcodec.codecs.h264.io.model.SliceType;
import org.jcodec.common.model.ColorSpace;
import org.junit.jupiter.api.Test;

/** Colours of H.264 pictures; the expected values follow from ITU-R BT.601 and BT.709. */
class FramePixelsTest {
    private static final int SIDE = 16;

    private static SequenceParameters format(boolean bt709, boolean fullRange, int left, int top) {
        return new SequenceParameters(0, 4, 2, 0, false, 1, 1, 1, left, 0, top, 0, bt709, fullRange);
    }

    /** A macroblock of one luma, whose chroma is 128 but for that of the pixels (2, 4) to (3, 5). */
    private static RgbImage image(int y, int u, int v, SequenceParameters format) {
        byte[][] planes = {new byte[SIDE * SIDE], new byte[SIDE * SIDE / 4], new byte[SIDE * SIDE / 4]};
        Arrays.fill(planes[0], (byte) (y - 128)); // JCodec keeps samples minus 128
        planes[1][2 * 8 + 1] = (byte) (u - 128);
        planes[2][2 * 8 + 1] = (byte) (v - 128);
        Frame frame = new Frame(SIDE, SIDE, planes, ColorSpace.YUV420, null, 0, SliceType.I, null, null, 0);
        return FramePixels.rgb(new H264Decoder.Decoded(format, frame), 0);
    }

    private static int[] pixel(RgbImage image, int x, int y) {
        int at = 3 * (y * image.width() + x);
        return new int[] {image.rgb()[at] & 0xFF, image.rgb()[at + 1] & 0xFF, image.rgb()[at + 2] & 0xFF};
    }

    @Test
    void limitedRangeIsSpread() {
        SequenceParameters limited = format(false, false, 0, 0);
        assertThat(pixel(image(16, 128, 128, limited), 0, 0)).containsExactly(0, 0, 0);
        assertThat(pixel(image(235, 128, 128, limited), 0, 0)).containsExactly(255, 255, 255);
        assertThat(pixel(image(126, 128, 128, limited), 0, 0)).containsExactly(128, 128, 128);
        assertThat(pixel(image(126, 128, 128, format(false, true, 0, 0)), 0, 0)).containsExactly(126, 126, 126);
    }

    @Test
    void coloursAreThoseOfTheStream() {
        assertThat(pixel(image(81, 90, 240, format(false, false, 0, 0)), 2, 4)).as("red, BT.601").containsExactly(254, 0, 0);
        assertThat(pixel(image(145, 54, 34, format(false, false, 0, 0)), 2, 4)).as("green, BT.601").containsExactly(0, 255, 1);
        assertThat(pixel(image(63, 102, 240, format(true, false, 0, 0)), 2, 4)).as("red, BT.709").containsExactly(255, 1, 0);
        assertThat(pixel(image(76, 85, 255, format(false, true, 0, 0)), 2, 4)).as("red, full range").containsExactly(254, 0, 0);
    }

    @Test
    void aChromaSampleColoursItsFourPixels() {
        RgbImage image = image(81, 90, 240, format(false, false, 0, 0));
        int coloured = 0;
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                coloured += pixel(image, x, y)[0] == 254 ? 1 : 0;
            }
        }
        assertThat(coloured).isEqualTo(4);
        assertThat(pixel(image, 3, 5)).containsExactly(254, 0, 0);
    }

    @Test
    void whatIsCroppedIsNotShown() {
        RgbImage image = image(81, 90, 240, format(false, false, 2, 4));
        assertThat(image.width()).isEqualTo(14);
        assertThat(image.height()).isEqualTo(12);
        assertThat(pixel(image, 0, 0)).containsExactly(254, 0, 0);
    }
}
