package io.github.x2i4j.engine;

/** The ops in double precision by their definitions, with nothing in common with the kernels. */
public final class Oracle {
    private Oracle() {
    }

    public static double apply(Activation f, double z) {
        return switch (f) {
            case IDENTITY -> z;
            case SILU -> z / (1 + Math.exp(-z));
            case GELU -> z * phi(z);
            case GELU_TANH -> 0.5 * z * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z * z * z)));
            case QUICK_GELU -> z / (1 + Math.exp(-1.702 * z));
            case RELU -> Math.max(z, 0);
        };
    }

    /** Normal distribution: by its power series where that converges fast, else by its continued fraction. */
    static double phi(double z) {
        double density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
        if (Math.abs(z) < 5) {
            double term = z;
            double sum = z;
            for (int n = 1; n < 200; n++) {
                term *= z * z / (2 * n + 1);
                sum += term;
            }
            return 0.5 + density * sum;
        }
        double f = 0;
        for (int n = 100; n > 0; n--) {
            f = n / (Math.abs(z) + f);
        }
        double tail = density / (Math.abs(z) + f);
        return z < 0 ? tail : 1 - tail;
    }

    /** {@code residual + gate * (activation(x Wt + bias) * multiplier)}; absent operands are null. */
    static double[] linear(float[] x, float[] w, float[] bias, int rows, int n, int k, Activation activation, float[] multiplier,
            float[] gate, int rowsPerGate, float[] residual) {
        double[] y = new double[rows * n];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < n; j++) {
                double z = bias == null ? 0 : bias[j];
                for (int c = 0; c < k; c++) {
                    z += (double) x[i * k + c] * w[j * k + c];
                }
                z = apply(activation, z);
                if (multiplier != null) {
                    z *= multiplier[i * n + j];
                }
                if (gate != null) {
                    z *= gate[i / rowsPerGate * n + j];
                }
                y[i * n + j] = residual == null ? z : z + residual[i * n + j];
            }
        }
        return y;
    }

    static double[] conv2d(float[] x, float[] w, float[] bias, int batch, int ci, int h, int width, int co, int kh, int kw, ConvSpec s,
            Activation activation, float[] residual) {
        int ho = (h + s.top() + s.bottom() - kh) / s.stride() + 1;
        int wo = (width + s.left() + s.right() - kw) / s.stride() + 1;
        double[] y = new double[batch * co * ho * wo];
        for (int at = 0; at < y.length; at++) {
            int ox = at % wo;
            int oy = at / wo % ho;
            int o = at / wo / ho % co;
            int b = at / wo / ho / co;
            double z = bias == null ? 0 : bias[o];
            for (int c = 0; c < ci; c++) {
                for (int dy = 0; dy < kh; dy++) {
                    for (int dx = 0; dx < kw; dx++) {
                        int iy = oy * s.stride() + dy - s.top();
                        int ix = ox * s.stride() + dx - s.left();
                        if (iy >= 0 && iy < h && ix >= 0 && ix < width) {
                            z += (double) x[((b * ci + c) * h + iy) * width + ix] * w[((o * ci + c) * kh + dy) * kw + dx];
                        }
                    }
                }
            }
            y[at] = apply(activation, z) + (residual == null ? 0 : residual[at]);
        }
        return y;
    }

    static double[] attention(float[] q, float[] k, float[] v, int batch, int sq, int sk, int hq, int hkv, int d, int dv, double scale,
            AttentionMask mask, float[] bias) {
        double[] y = new double[batch * sq * hq * dv];
        for (int at = 0; at < batch * sq * hq; at++) {
            int h = at % hq;
            int i = at / hq % sq;
            int b = at / hq / sq;
            int g = h / (hq / hkv);
            double sum = 0;
            double max = Double.NEGATIVE_INFINITY;
            double[] score = new double[sk];
            for (int j = (int) mask.begin(i); j < mask.end(i); j++) {
                double s = 0;
                for (int c = 0; c < d; c++) {
                    s += (double) q[at * d + c] * k[((b * sk + j) * hkv + g) * d + c];
                }
                score[j] = s * scale + (bias == null ? 0 : bias[h * (sq + sk - 1) + j - i + sq - 1]);
                max = Math.max(max, score[j]);
            }
            for (int j = (int) mask.begin(i); j < mask.end(i); j++) {
                double p = Math.exp(score[j] - max);
                sum += p;
                for (int c = 0; c < dv; c++) {
                    y[at * dv + c] += p * v[((b * sk + j) * hkv + g) * dv + c];
                }
            }
            for (int c = 0; c < dv; c++) {
                y[at * dv + c] /= sum;
            }
        }
        return y;
    }

    /** Normalises runs of {@code n} neighbours to mean 0 (if centred) and mean square 1. */
    static double[] normalise(float[] x, int n, boolean centred, double eps) {
        double[] y = new double[x.length];
        for (int r = 0; r < x.length; r += n) {
            double mean = 0;
            double square = 0;
            for (int i = r; centred && i < r + n; i++) {
                mean += x[i] / (double) n;
            }
            for (int i = r; i < r + n; i++) {
                square += (x[i] - mean) * (x[i] - mean) / n;
            }
            for (int i = r; i < r + n; i++) {
                y[i] = (x[i] - mean) / Math.sqrt(square + eps);
            }
        }
        return y;
    }
}
