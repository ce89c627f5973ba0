package io.github.x2i4j.model.minicpm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.model.prompt.MiniCpmChatTemplate;
import io.github.x2i4j.model.prompt.Slices;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sizes that follow from a picture's or sound's, and the resampler's table. */
class LengthsTest {
    private static final int WIDTH = 3584;

    @ParameterizedTest
    @CsvSource({"448,448,448,448,1024", "128,128,448,448,1024", "1024,1024,448,448,1024", "1280,720,602,336,1032", "1920,1080,602,336,1032",
        "854,480,602,336,1032", "640,480,518,392,1036", "480,640,392,518,1036", "300,100,770,252,990", "100,1000,140,1414,1010"})
    void picturesAreBroughtToOneArea(int width, int height, int toWidth, int toHeight, int patches) {
        BestSize size = BestSize.of(width, height, 448, 14);

        assertThat(size).isEqualTo(new BestSize(toWidth, toHeight));
        assertThat(new PatchGrid(size.height() / 14, size.width() / 14).patches()).isEqualTo(patches);
    }

    @Test
    void evenALineHasAPatchAndABoundedSize() {
        assertThat(BestSize.of(100_000, 1, 448, 14)).isEqualTo(new BestSize(100_002, 14));
        assertThat(BestSize.of(300_000, 1, 448, 14)).isEqualTo(new BestSize(14, 14));
    }

    @ParameterizedTest
    @CsvSource({"160,0,0", "320,0,0", "640,1,1", "8000,12,1", "16000,25,1", "51825,81,4", "160005,250,10", "232000,362,15", "480000,750,30",
        "480001,750,30", "3116138,4869,195"})
    void aSoundHas25TokensASecondInGroupsOfASecond(long samples, long tokens, int groups) {
        assertThat(AudioLengths.tokens(AudioLengths.frames(samples))).isEqualTo(tokens);

        String text = MiniCpmChatTemplate.render(new MiniCpmChatTemplate.Message(null, List.of(), new long[] {tokens}), 64, false).text();
        assertThat(text.split("<unk>", -1)).hasSize((int) tokens + 1);
        assertThat(text.split("<\\|audio_start\\|>", -1)).hasSize(groups + 1);
        assertThat(text).contains("user\n" + (groups == 0 ? "\n" : "<|audio_start|><unk>"));
    }

    /** Numbers of the reference's {@code slice_image}: grid, size of the whole, size of all slices together. */
    @ParameterizedTest
    @CsvSource({"448,448,9,0,0,448,448,0,0", "449,448,9,2,1,448,448,644,630", "1024,1024,9,3,2,448,448,1092,1092",
        "1024,1024,4,2,2,448,448,896,896", "1024,1024,2,1,2,448,448,630,644", "640,480,9,2,1,518,392,728,546",
        "1280,720,9,3,2,602,336,1470,812", "1920,1080,9,4,2,602,336,1680,952", "1920,1080,4,3,1,602,336,1050,588",
        "480,640,4,1,2,392,518,546,728", "300,100,9,0,0,294,98,0,0", "100,1000,2,0,0,98,994,0,0", "4000,3000,9,3,3,518,392,1554,1176",
        "3000,4000,2,1,2,392,518,546,728", "2000,300,9,4,1,1148,168,2296,350", "900,450,9,2,1,630,322,896,448"})
    void slicesFollowThePicturesShapeAndArea(int width, int height, int most, int columns, int rows, int wholeWidth, int wholeHeight,
            int allWidth, int allHeight) {
        Slices slices = SliceRule.of(width, height, most, 448);

        assertThat(slices).isEqualTo(new Slices(columns, rows));
        assertThat(BestSize.shrunk(width, height, 448, 14)).isEqualTo(new BestSize(wholeWidth, wholeHeight));
        if (columns > 0) {
            assertThat(BestSize.sliced(width, height, slices, 448, 14)).isEqualTo(new BestSize(allWidth, allHeight));
        }
        assertThat(SliceRule.of(width, height, 1, 448)).isEqualTo(Slices.NONE);
    }

    @Test
    void theFirstHalfOfAResamplerPositionIsTheColumn() {
        float[] p = ResamplerPositions.table(new PatchGrid(3, 2), WIDTH);
        Offset<Float> near = Offset.offset(1e-6f);

        int row0Column1 = WIDTH;
        assertThat(p[row0Column1]).isCloseTo(0.841471f, near);
        assertThat(p[row0Column1 + 1]).isCloseTo(0.835902f, near);
        assertThat(p[row0Column1 + 895]).isCloseTo(1.01033e-4f, Offset.offset(1e-9f));
        assertThat(p[row0Column1 + 896]).isCloseTo(0.540302f, near);
        assertThat(p[row0Column1 + 1792]).isZero();
        assertThat(p[row0Column1 + 2688]).isEqualTo(1);
        int row2Column1 = 5 * WIDTH;
        assertThat(p[row2Column1 + 1792]).isCloseTo(0.909297f, near);
        assertThat(p[row2Column1 + 2688]).isCloseTo(-0.416147f, near);
    }
}
