package io.github.x2i4j.model.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.x2i4j.engine.DType;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Values of torch 2.13 on x86. */
class TorchCpuGeneratorTest {
    private static final Offset<Float> LIBM = within(3e-7f);
    private static final float[] SEED_0_N_32 = {-1.12583983f, -1.1523602f, -0.250578582f, -0.433878809f, 0.848710358f,
        0.692009151f, -0.31601277f, -2.11521935f, 0.322274923f, -1.26333475f, 0.349983186f, 0.30813393f, 0.119841509f,
        1.2376579f, 1.11677718f, -0.247278154f, -1.35265374f, -1.6959312f, 0.566650629f, 0.793508351f, 0.598839462f,
        -1.55509508f, -0.34136039f, 1.85300612f, 0.750189483f, -0.585497558f, -0.173396751f, 0.183477938f, 1.38936615f,
        1.58633423f, 0.946298361f, -0.843676746f};

    private static float[] normal(long seed, int n, DType dtype) {
        return new TorchCpuGenerator(seed).normal(n, dtype);
    }

    @Test
    void theTwisterGivesThePublishedNumbers() {
        MersenneTwister t = new MersenneTwister(5489);
        assertThat(Integer.toUnsignedLong(t.next())).isEqualTo(3499211612L);
        for (int i = 2; i < 10_000; i++) {
            t.next();
        }
        assertThat(Integer.toUnsignedLong(t.next())).as("10000th number of the default seed").isEqualTo(4123659995L);
    }

    @Test
    void fewerThan16NumbersComeOneByOne() {
        assertThat(normal(0, 4, DType.F32)).containsExactly(1.54099607f, -0.293428898f, -2.17878938f, 0.568431258f);
        assertThat(normal(42, 4, DType.F32)).containsExactly(0.336690366f, 0.128809407f, 0.234462366f, 0.23033303f);
    }

    @Test
    void theSecondOfAPairSurvivesBetweenShortCalls() {
        TorchCpuGenerator g = new TorchCpuGenerator(0);
        assertThat(g.normal(1, DType.F32)).containsExactly(1.54099607f);
        assertThat(g.normal(0, DType.F32)).isEmpty();
        assertThat(g.normal(3, DType.F32)).containsExactly(-0.293428898f, -2.17878938f, 0.568431258f);
    }

    @Test
    void longCallsComeInBlocksOf16() {
        assertThat(normal(0, 32, DType.F32)).containsExactly(SEED_0_N_32, LIBM);
        assertThat(Arrays.copyOf(normal(42, 32, DType.F32), 3)).containsExactly(new float[] {1.92691529f, 1.48728406f,
            0.900717199f}, LIBM);
    }

    @Test
    void aRestIsDrawnAgainWithPartOfTheBlockBefore() {
        float[] n = normal(0, 35, DType.F32);
        assertThat(Arrays.copyOf(n, 19)).containsExactly(Arrays.copyOf(SEED_0_N_32, 19), LIBM);
        assertThat(n[20]).isNotCloseTo(SEED_0_N_32[20], LIBM);
    }

    @Test
    void latentsOfAnImageMatchInTheirLastNumbersAndSums() {
        float[] n = normal(0, 16 * 128 * 128, DType.F32);
        assertThat(Arrays.copyOfRange(n, n.length - 4, n.length)).containsExactly(
                new float[] {-0.605663359f, -0.179974854f, -1.21386766f, 0.0768599212f}, LIBM);
        double sum = 0;
        double squares = 0;
        for (float v : n) {
            sum += v;
            squares += (double) v * v;
        }
        assertThat(sum).isCloseTo(-888.9205, within(0.01));
        assertThat(squares).isCloseTo(262243.021, within(0.05));
    }

    @Test
    void sixteenBitTypesRoundWholeBlocksAndDrawNothingForARest() {
        float[] single = normal(7, 48, DType.F32);
        float[] half = normal(7, 48, DType.BF16);
        for (int i = 0; i < half.length; i++) {
            assertThat(Float.floatToRawIntBits(half[i]) & 0xFFFF).isZero();
            assertThat(half[i]).isCloseTo(single[i], within(Math.abs(single[i]) / 256));
        }
        // 16 uniforms for the full block, 16 for the last 16 elements: so the next call continues at the 33rd
        TorchCpuGenerator rest = new TorchCpuGenerator(7);
        rest.normal(20, DType.F16);
        TorchCpuGenerator blocks = new TorchCpuGenerator(7);
        blocks.normal(32, DType.F16);
        assertThat(rest.normal(16, DType.F16)).containsExactly(blocks.normal(16, DType.F16));
        assertThat(normal(7, 20, DType.F16)[3]).isEqualTo(Float.float16ToFloat(Float.floatToFloat16(single[3])));
    }

    @Test
    void onlyTheLow32BitsOfTheSeedMatter() {
        assertThat(normal(5 + (1L << 32), 16, DType.F32)).containsExactly(normal(5, 16, DType.F32));
        assertThat(normal(-1, 16, DType.F32)).containsExactly(normal(0xFFFFFFFFL, 16, DType.F32));
    }

    @Test
    void otherTypesAndImpossibleCountsAreRefused() {
        TorchCpuGenerator g = new TorchCpuGenerator(0);
        assertThatThrownBy(() -> g.normal(4, DType.F64)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> g.normal(-1, DType.F32)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> g.normal(1L << 32, DType.F32)).isInstanceOf(IllegalArgumentException.class);
    }
}
