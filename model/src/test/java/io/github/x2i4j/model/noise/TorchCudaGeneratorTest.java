package io.github.x2i4j.model.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.InvalidInputException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Published answers of Philox, and the numbers that PyTorch's generator gives on some GPUs. */
class TorchCudaGeneratorTest {
    /** The vectors are rounded to five places. */
    private static final float PLACES = 5.5e-6f;
    private static final int LATENT = 16 * 128 * 128;

    private static int[] philox(int all) {
        int[] words = {all, all, all, all};
        Philox.apply(words, all, all);
        return words;
    }

    private static void assertClose(float[] got, double... want) {
        assertThat(got).hasSize(want.length);
        for (int i = 0; i < want.length; i++) {
            assertThat(got[i]).as("number %d", i).isCloseTo((float) want[i], within(PLACES));
        }
    }

    @Test
    void philoxGivesThePublishedAnswers() {
        assertThat(philox(0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        assertThat(philox(-1)).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    }

    @Test
    void theFirstNumbersAreThoseOfPyTorch() {
        assertClose(Noise.parse("torch-cuda").generator(0).normal(12, DType.F32), -0.92466, -0.42534, -2.64385, 0.14518, -0.12087, -0.57973,
                -0.62285, -0.32839, -1.07454, -0.36314, -1.67105, 2.26550);
        assertClose(Noise.parse("torch-cuda").generator(42).normal(12, DType.F32), 0.19402, 2.16137, -0.17205, 0.84906, -1.92440, 0.65299,
                -0.64944, -0.81752, 0.52796, -1.27535, -1.66213, -0.30331);
    }

    @ParameterizedTest
    @CsvSource({"torch-cuda, -0.63810, 0.18502, 1.95311, -1.39939", "torch-cuda:132x2048, -0.63810, 0.18502, 1.95311, -1.39939",
        "torch-cuda:108x2048, 1.01361, 0.44433, 1.06110, -0.33291", "torch-cuda:128x1536, -0.82726, -0.04504, -0.01712, 0.09868"})
    void theLastNumbersOfALatentAreThoseOfTheGpu(String gpu, double a, double b, double c, double d) {
        float[] all = Noise.parse(gpu).generator(0).normal(LATENT, DType.F32);
        assertClose(Arrays.copyOfRange(all, LATENT - 4, LATENT), a, b, c, d);
    }

    @Test
    void aSecondCallGoesOnWhereTheFirstEnded() {
        NormalGenerator one = new TorchCudaGenerator(7, 1, 256);
        float[] first = one.normal(3000, DType.F32);
        float[] second = one.normal(3000, DType.F32);
        // 3000 numbers on 256 threads take three calls of four numbers each.
        float[] both = new TorchCudaGenerator(7, 1, 256).normal(6 * 1024, DType.F32);
        assertThat(first).containsExactly(Arrays.copyOf(both, 3000));
        assertThat(second).containsExactly(Arrays.copyOfRange(both, 3072, 6072));
    }

    @Test
    void otherTypesAreTheSameNumbersRounded() {
        float[] exact = new TorchCudaGenerator(5, 132, 2048).normal(1000, DType.F32);
        float[] rounded = new TorchCudaGenerator(5, 132, 2048).normal(1000, DType.BF16);
        for (int i = 0; i < exact.length; i++) {
            assertThat(rounded[i]).isCloseTo(exact[i], within(Math.abs(exact[i]) / 256));
            assertThat(Float.floatToRawIntBits(rounded[i]) & 0xFFFF).isZero();
        }
        assertThat(new TorchCudaGenerator(5, 132, 2048).normal(0, DType.F32)).isEmpty();
    }

    @Test
    void theWholeSeedCounts() {
        assertThat(new TorchCudaGenerator(1L << 32 | 5, 132, 2048).normal(4, DType.F32))
                .isNotEqualTo(new TorchCudaGenerator(5, 132, 2048).normal(4, DType.F32));
    }

    @ParameterizedTest
    @CsvSource({"cuda", "torch-cuda:", "torch-cuda:0x2048", "torch-cuda:108x128", "torch-cuda:108"})
    void anotherNameIsRefused(String name) {
        assertThatThrownBy(() -> Noise.parse(name)).isInstanceOf(InvalidInputException.class).hasMessageContaining("torch-cuda:108x2048");
    }

    @Test
    void namesAreReadAsTheyAreWritten() {
        for (String name : new String[] {"torch-cpu", "torch-cuda", "torch-cuda:108x2048"}) {
            assertThat(Noise.parse(name)).hasToString(name);
        }
    }
}
