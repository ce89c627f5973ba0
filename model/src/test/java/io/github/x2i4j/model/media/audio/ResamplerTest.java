package io.github.x2i4j.model.media.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ResamplerTest {
    private static float[] resample(float[] x, int rate, int block) throws Exception {
        Resampler r = new Resampler(rate, 0);
        for (int from = 0; from < x.length; from += block) {
            float[] part = Arrays.copyOfRange(x, from, Math.min(x.length, from + block));
            r.accept(part, part.length);
        }
        return r.finish();
    }

    private static float[] impulse(int length, int at) {
        float[] x = new float[length];
        x[at] = 1;
        return x;
    }

    @Test
    void anImpulseIsSoxrs() throws Exception {
        float[] y = resample(impulse(300, 150), 48_000, 300);
        assertThat(y).hasSize(100);
        double[] expected = {-0.012539, 0.013081, -0.013537, 0.013900, -0.014163, 0.014323, 0.318957, 0.014323};
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) y[44 + i]).isCloseTo(expected[i], within(3e-5));
        }
    }

    @Test
    void anImpulseOfLowerRateIsSoxrs() throws Exception {
        float[] y = resample(impulse(80, 40), 8000, 80);
        assertThat(y).hasSize(160);
        double[] expected = {0.041701, 0.119593, -0.042490, -0.207529, 0.042968, 0.635054, 0.956872, 0.635054};
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) y[74 + i]).isCloseTo(expected[i], within(3e-5));
        }
    }

    @Test
    void theLengthIsRoundedUpAndBlocksDoNotShow() throws Exception {
        float[] x = new float[44_100];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) Math.sin(i * 0.01);
        }
        float[] whole = resample(x, 44_100, x.length);
        assertThat(whole).hasSize(16_000).isEqualTo(resample(x, 44_100, 777));
        assertThat(resample(new float[348_001], 24_000, 4096)).hasSize(232_001);
    }

    @Test
    void sixteenKilohertzPassUnchanged() throws Exception {
        float[] x = {1, -2, 3, 0.5f};
        assertThat(resample(x, 16_000, 3)).isEqualTo(x);
    }

    @Test
    void aRateWithoutACommonDivisorIsRefused() {
        assertThatThrownBy(() -> new Resampler(383_999, 0)).isInstanceOf(UnsupportedAudioException.class).hasMessageContaining("383999 Hz");
    }
}
