package io.github.x2i4j.model.media.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Figures of transformers' WhisperFeatureExtractor. */
class LogMelTest {
    private static float[] features(float[] x) {
        float[] out = new float[LogMel.BANDS * LogMel.FRAMES];
        new LogMel().features(x, 0, x.length, out, 0, LogMel.FRAMES, LogMel.FRAMES);
        return out;
    }

    private static void check(float[] f, int band, int frame, double expected) {
        assertThat((double) f[band * LogMel.FRAMES + frame]).as("(%d, %d)", band, frame).isCloseTo(expected, within(2e-4));
    }

    @Test
    void filtersAreSlaneys() {
        assertThat(LogMel.filter(1, 0)).isEqualTo(0.024862594f, within(1e-8f));
        assertThat(LogMel.filter(10, 9)).isEqualTo(0.00694519699f, within(1e-9f));
        assertThat(LogMel.filter(199, 79)).isEqualTo(0.000448759028f, within(1e-9f));
        assertThat(LogMel.filter(42, 40)).isPositive();
        assertThat(LogMel.filter(45, 40)).isZero();
    }

    @Test
    void aSine() {
        float[] x = new float[16_000];
        for (int n = 0; n < x.length; n++) {
            x[n] = (float) (0.5 * Math.sin(2 * Math.PI * 440 * n / 16_000));
        }
        float[] f = features(x);
        check(f, 0, 0, 0.983279);
        check(f, 11, 50, 1.438204);
        check(f, 13, 50, -0.561796);
        check(f, 11, 100, 1.292922);
        check(f, 11, 101, 0.351053);
        check(f, 20, 2999, -0.561796);
    }

    @Test
    void noise() {
        float[] x = new float[4000];
        for (int i = 0; i < x.length; i++) {
            x[i] = (((i * 1_103_515_245L + 12_345) >> 8) & 0xFFFF) / 32768f - 1;
        }
        float[] f = features(x);
        check(f, 0, 0, 0.412637);
        check(f, 40, 10, 0.504015);
        check(f, 79, 24, 0.819984);
        check(f, 40, 25, 0.717422);
    }

    @Test
    void shortPiecesAreFilledUpWithZeros() {
        AudioFeatures f = AudioFeatures.of(List.of(new float[LogMel.PIECE + 161], new float[160]));
        assertThat(f.lengths()).containsExactly(3000, 2, 1);
        assertThat(f.frames()).isEqualTo(3000);
        int second = LogMel.BANDS * 3000;
        assertThat(f.values()[second - 1]).isEqualTo(-1.5f);
        assertThat(f.values()[second + 1]).isEqualTo(-1.5f);
        assertThat(f.values()[second + 2]).isZero();
    }
}
