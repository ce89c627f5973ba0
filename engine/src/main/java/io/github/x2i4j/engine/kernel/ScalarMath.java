package io.github.x2i4j.engine.kernel;

import io.github.x2i4j.engine.Activation;

/**
 * Functions of one float, each a fixed sequence of correctly rounded operations, so that a vector kernel that does the same in
 * every lane gives the same bits.
 */
public final class ScalarMath {
    /** Below this the exponential is zero (the smallest normal float is e^-87.34). */
    public static final float EXP_MIN = -87.33f;
    /** Above this the exponential stays what it is here, just below the largest float. */
    public static final float EXP_MAX = 88.72f;
    /** Adding and subtracting 1.5 * 2^23 rounds to an integer, which then stands in the lowest bits. */
    public static final float ROUNDER = 0x1.8p23f;
    public static final float LOG2_E = 1.44269504f;
    /** ln 2 in two parts; the first has few enough bits for an exact product with an exponent. */
    public static final float LN2_HIGH = 0x1.62e4p-1f;
    public static final float LN2_LOW = 0x1.7f7d1cp-20f;
    /** (e^r - 1 - r) / r^2 for |r| up to ln(2) / 2, relative error of the exponential 3e-9. */
    public static final float EXP_0 = 0.49999994f;
    public static final float EXP_1 = 0.16666521f;
    public static final float EXP_2 = 0.041668404f;
    public static final float EXP_3 = 0.00836874f;
    public static final float EXP_4 = 0.0013813729f;

    /** ln(2 Phi(-t)) / t for t from 0 to 10, Phi the normal distribution; absolute error of the GELU 2e-8. */
    public static final float PHI_MAX = 10;
    public static final float PHI_0 = -0.79789096f;
    public static final float PHI_1 = -0.31825727f;
    public static final float PHI_2 = -0.0364965983f;
    public static final float PHI_3 = 0.00502983574f;
    public static final float PHI_4 = -0.000176357964f;
    public static final float PHI_5 = -0.000107812302f;
    public static final float PHI_6 = 2.77683393e-05f;
    public static final float PHI_7 = -3.27150428e-06f;
    public static final float PHI_8 = 1.96558474e-07f;
    public static final float PHI_9 = -4.818001e-09f;

    private ScalarMath() {
    }

    /** e^x within two units in the last place. */
    public static float exp(float x) {
        if (x < EXP_MIN) {
            return 0;
        }
        float y = Math.min(x, EXP_MAX);
        float shifted = Math.fma(y, LOG2_E, ROUNDER);
        float n = shifted - ROUNDER;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, y));
        float p = Math.fma(Math.fma(Math.fma(Math.fma(EXP_4, r, EXP_3), r, EXP_2), r, EXP_1), r, EXP_0);
        float e = Math.fma(r * r, p, r) + 1;
        return Float.intBitsToFloat(Float.floatToRawIntBits(e) + (Float.floatToRawIntBits(shifted) << 23));
    }

    /** Slope of the exponent of the activations of the form {@code z / (1 + e^(z (slope + cubic z^2)))}. */
    public static float slope(Activation f) {
        return switch (f) {
            case SILU -> -1;
            case QUICK_GELU -> -1.702f;
            case GELU_TANH -> (float) (-2 * Math.sqrt(2 / Math.PI));
            default -> throw new IllegalArgumentException(f + " is no logistic function");
        };
    }

    /** Cubic term of the exponent, see {@link #slope}; 0.5 (1 + tanh u) = 1 / (1 + e^(-2u)). */
    public static float cubic(Activation f) {
        return f == Activation.GELU_TANH ? (float) (-2 * Math.sqrt(2 / Math.PI) * 0.044715) : 0;
    }

    /** {@code z / (1 + e^(z (slope + cubic z^2)))} */
    public static float logistic(float z, float slope, float cubic) {
        return z / (exp(z * Math.fma(z * z, cubic, slope)) + 1);
    }

    /** {@code z Phi(z)} */
    public static float gelu(float z) {
        float t = Math.min(Math.abs(z), PHI_MAX);
        float p = Math.fma(PHI_9, t, PHI_8);
        p = Math.fma(p, t, PHI_7);
        p = Math.fma(p, t, PHI_6);
        p = Math.fma(p, t, PHI_5);
        p = Math.fma(p, t, PHI_4);
        p = Math.fma(p, t, PHI_3);
        p = Math.fma(p, t, PHI_2);
        p = Math.fma(p, t, PHI_1);
        p = Math.fma(p, t, PHI_0);
        float tail = 0.5f * exp(p * t);
        return z * (z < 0 ? tail : 1 - tail);
    }

    /** Rounded to nearest even; a NaN stays one. */
    public static short toBFloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }
}
