package io.github.x2i4j.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.engine.Activation;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class ScalarMathTest {
    private interface Function {
        float apply(float x);
    }

    /** Largest error in units in the last place of the result. */
    private static double worst(Function f, DoubleUnaryOperator exact, float from, float to) {
        double worst = 0;
        for (int i = 0; i <= 200_000; i++) {
            float x = from + (to - from) * (i / 200_000f);
            double want = exact.applyAsDouble(x);
            worst = Math.max(worst, Math.abs(f.apply(x) - want) / Math.ulp((float) want));
        }
        return worst;
    }

    @Test
    void exponentialIsWithinTwoUnitsInTheLastPlace() {
        assertThat(worst(ScalarMath::exp, Math::exp, -87.3f, 88.7f)).isLessThan(2);
        assertThat(worst(ScalarMath::exp, Math::exp, -1, 1)).isLessThan(2);
    }

    @Test
    void exponentialOfExtremes() {
        assertThat(ScalarMath.exp(0)).isEqualTo(1f);
        assertThat(ScalarMath.exp(Float.NEGATIVE_INFINITY)).isZero();
        assertThat(ScalarMath.exp(-88)).isZero();
        assertThat(ScalarMath.exp(Float.POSITIVE_INFINITY)).isFinite().isGreaterThan(3.3e38f);
        assertThat(ScalarMath.exp(Float.NaN)).isNaN();
    }

    @Test
    void logisticActivationsAreAccurateOverTheirRange() {
        assertThat(worst(z -> ScalarMath.logistic(z, -1, 0), z -> z / (1 + Math.exp(-z)), -80, 80)).isLessThan(4);
        float slope = ScalarMath.slope(Activation.GELU_TANH);
        float cubic = ScalarMath.cubic(Activation.GELU_TANH);
        // The exponent itself is rounded, which large exponents magnify.
        assertThat(worst(z -> ScalarMath.logistic(z, slope, cubic),
                z -> z / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (z + 0.044715 * z * z * z))), -2, 10)).isLessThan(8);
    }

    @Test
    void geluIsAccurateBesideItsArgument() {
        for (float z = -12; z < 12; z += 1e-4f) {
            double want = z * normal(z);
            assertThat(Math.abs(ScalarMath.gelu(z) - want)).as("gelu(%s)", z).isLessThan(1e-7 * Math.max(1, Math.abs(z)));
        }
        assertThat(ScalarMath.gelu(50)).isEqualTo(50f);
        assertThat(Math.abs(ScalarMath.gelu(-50))).isLessThan(1e-20f);
        assertThat(ScalarMath.gelu(0)).isZero();
        assertThat(ScalarMath.gelu(Float.NaN)).isNaN();
    }

    /** Normal distribution by its power series, and by its asymptotic series far out. */
    private static double normal(double z) {
        double density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
        if (z < -5) {
            return -density / z * (1 - 1 / (z * z));
        }
        double term = z;
        double sum = z;
        for (int n = 1; n < 400; n++) {
            term *= z * z / (2 * n + 1);
            sum += term;
        }
        return 0.5 + density * sum;
    }

    @Test
    void bfloat16RoundsToNearestEven() {
        assertThat(ScalarMath.toBFloat16(1)).isEqualTo((short) 0x3F80);
        assertThat(ScalarMath.toBFloat16(Float.intBitsToFloat(0x3F808000))).isEqualTo((short) 0x3F80);
        assertThat(ScalarMath.toBFloat16(Float.intBitsToFloat(0x3F818000))).isEqualTo((short) 0x3F82);
        assertThat(ScalarMath.toBFloat16(Float.intBitsToFloat(0x3F808001))).isEqualTo((short) 0x3F81);
        assertThat(ScalarMath.toBFloat16(Float.MAX_VALUE)).isEqualTo((short) 0x7F80);
        assertThat(ScalarMath.toBFloat16(Float.intBitsToFloat(0x7F800001)) & 0x7FFF).isGreaterThan(0x7F80);
    }
}
