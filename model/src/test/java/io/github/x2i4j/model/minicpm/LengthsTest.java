package io.github.x2i4j.model.minicpm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.model.prompt.MiniCpmChatTemplate;
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

        String text = MiniCpmChatTemplate.render(null, 0, 64, new long[] {tokens}, false).text();
        assertThat(text.split("<unk>", -1)).hasSize((int) tokens + 1);
        assertThat(text.split("<\\|audio_start\\|>", -1)).hasSize(groups + 1);
        assertThat(text).contains("user\n" + (groups == 0 ? "\n" : "<|audio_start|><unk>"));
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
