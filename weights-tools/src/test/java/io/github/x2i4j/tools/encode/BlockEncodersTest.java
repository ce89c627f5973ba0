package io.github.x2i4j.tools.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.format.BlockDecoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is packed is unpacked by the engine's decoders, which are checked against ggml's own bytes. */
class BlockEncodersTest {
    private static final int N = 256 * 512;

    private static float[] roundTrip(DType dtype, float[] x) {
        ByteBuffer bytes = ByteBuffer.allocate((int) dtype.bytes(x.length)).order(ByteOrder.LITTLE_ENDIAN);
        FloatEncoder.of(dtype).encode(x, 0, x.length, bytes);
        assertThat(bytes.hasRemaining()).isFalse();
        float[] y = new float[x.length];
        BlockDecoder.of(dtype).decode(bytes.array(), 0, x.length / dtype.blockElements(), y, 0);
        return y;
    }

    private static double relative(float[] x, float[] y) {
        double squares = 0;
        double reference = 0;
        for (int i = 0; i < x.length; i++) {
            squares += Math.pow((double) x[i] - y[i], 2);
            reference += (double) x[i] * x[i];
        }
        return Math.sqrt(squares / reference);
    }

    /** Student's t with four degrees of freedom has outliers as weights have. */
    private static float[] values(boolean outliers) {
        Random random = new Random(5);
        float[] x = new float[N];
        for (int i = 0; i < N; i++) {
            double scale = 1;
            if (outliers) {
                double chi = 0;
                for (int k = 0; k < 4; k++) {
                    chi += Math.pow(random.nextGaussian(), 2);
                }
                scale = 1 / Math.sqrt(chi / 4);
            }
            x[i] = (float) (0.02 * scale * random.nextGaussian());
        }
        return x;
    }

    /** Relative errors of ggml's quantize_row_*_ref on the same two distributions, which ours must not exceed. */
    @ParameterizedTest
    @CsvSource({"Q8_0,0.00536,0.00735", "Q4_0,0.0861,0.1165", "Q4_1,0.0784,0.0940", "Q5_0,0.0428,0.0585", "Q5_1,0.0380,0.0455",
        "Q4_K,0.0715,0.0870", "Q5_K,0.0362,0.0441", "Q6_K,0.0178,0.0230"})
    void errorsAreAtMostThoseOfTheReferenceQuantiser(DType dtype, double normal, double outliers) {
        assertThat(relative(values(false), roundTrip(dtype, values(false)))).isLessThan(normal);
        float[] x = values(true);
        assertThat(relative(x, roundTrip(dtype, x))).isLessThan(outliers * 1.03);       // the tails of a sample differ a little
    }

    @ParameterizedTest
    @EnumSource(names = {"Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K"})
    void whatABlockCanHoldExactlyStays(DType dtype) {
        float[] zeros = new float[256];
        assertThat(roundTrip(dtype, zeros)).containsOnly(0f);
        float[] x = new float[256];
        int levels = switch (dtype) {
            case Q8_0 -> 127;
            case Q6_K -> 31;
            case Q5_0, Q5_1, Q5_K -> 15;
            default -> 7;
        };
        for (int i = 0; i < 256; i++) {
            x[i] = i % (levels + 1) - (i % 3 == 0 ? levels : 0);
        }
        assertThat(relative(x, roundTrip(dtype, x))).as("integers").isLessThan(0.06);
    }

    @ParameterizedTest
    @EnumSource(names = {"Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K"})
    void everyElementHasItsPlace(DType dtype) {
        for (int at = 0; at < 256; at += 7) {
            float[] x = new float[256];
            x[at] = -3;
            float[] y = roundTrip(dtype, x);
            for (int i = 0; i < 256; i++) {
                assertThat(y[i]).as("element %s of a block with %s set", i, at).isCloseTo(x[i], org.assertj.core.data.Offset.offset(0.02f));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K"})
    void constantsTinyAndLargeValuesStayFinite(DType dtype) {
        for (float v : new float[] {1, -1, 1e-7f, -1e-7f, 1e-30f, 6e4f, -6e4f}) {
            float[] x = new float[256];
            java.util.Arrays.fill(x, v);
            for (float y : roundTrip(dtype, x)) {
                assertThat(Math.abs(y - v)).as("%s as %s", v, dtype).isLessThanOrEqualTo(Math.max(0.09f * Math.abs(v), 1e-6f));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K"})
    void whatIsNoNumberOrTooLargeIsRefused(DType dtype) {
        for (float v : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.MAX_VALUE}) {
            float[] x = values(false);
            x[1000] = v;
            assertThatThrownBy(() -> roundTrip(dtype, x)).as("%s", v).isInstanceOf(ArithmeticException.class);
        }
    }

    @Test
    void allTypesThatAreWrittenHaveAnEncoder() {
        assertThat(FloatEncoder.WRITTEN).hasSize(11).allSatisfy(t -> assertThat(FloatEncoder.of(t)).isNotNull());
    }
}
