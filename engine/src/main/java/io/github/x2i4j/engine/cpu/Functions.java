package io.github.x2i4j.engine.cpu;

import io.github.x2i4j.engine.Activation;

/** Scalar activation functions. */
final class Functions {
    private Functions() {
    }

    static float apply(Activation a, float z) {
        return switch (a) {
            case IDENTITY -> z;
            case SILU -> (float) (z / (1 + Math.exp(-z)));
            case GELU -> (float) (0.5 * z * (1 + erf(z / Math.sqrt(2))));
            case GELU_TANH -> (float) (0.5 * z * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z * z * z))));
            case QUICK_GELU -> (float) (z / (1 + Math.exp(-1.702 * z)));
            case RELU -> Math.max(z, 0);
        };
    }

    /** Abramowitz and Stegun 7.1.5 for small, the continued fraction 7.1.14 for large arguments. */
    static double erf(double x) {
        double a = Math.abs(x);
        if (a > 6) {
            return Math.signum(x);
        }
        if (a < 2.5) {
            double term = x;
            double sum = x;
            for (int n = 1; n < 60; n++) {
                term *= -x * x / n;
                sum += term / (2 * n + 1);
            }
            return 2 / Math.sqrt(Math.PI) * sum;
        }
        double f = 0;
        for (int n = 60; n > 0; n--) {
            f = n / 2.0 / (a + f);
        }
        return Math.signum(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + f));
    }
}
