package io.github.x2i4j.engine;

import io.github.x2i4j.engine.OpCase.Result;
import io.github.x2i4j.engine.format.BlockDecoder;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The table of op cases: odd sizes, every dtype of weights, every part of an epilogue. */
final class OpCases {
    private final List<OpCase> cases = new ArrayList<>();

    private OpCases() {
    }

    static List<OpCase> all() {
        OpCases c = new OpCases();
        c.products();
        c.convolutions();
        c.attentions();
        c.norms();
        c.elementwise();
        return c.cases;
    }

    private void add(String name, long terms, OpCase.Body body) {
        cases.add(new OpCase(name, terms, body));
    }

    private void products() {
        for (DType dtype : new DType[] {DType.F32, DType.F16, DType.BF16, DType.F64}) {
            for (int[] s : new int[][] {{1, 1, 1}, {1, 67, 300}, {3, 50, 33}, {8, 7, 65}, {9, 7, 5}, {37, 101, 259}, {64, 24, 512}}) {
                int rows = s[0];
                int n = s[1];
                int k = s[2];
                add("linear " + dtype + " " + rows + "x" + n + "x" + k, k, (f, in) -> {
                    float[] x = in.normal(rows * k);
                    float[] w = in.normal(n * k, dtype);
                    float[] b = in.normal(n);
                    Tensor y = f.linear(f.floats(x, rows, k), f.cast(f.floats(w, n, k), dtype), f.floats(b, n));
                    return new Result(y, Oracle.linear(x, w, b, rows, n, k, Activation.IDENTITY, null, null, 1, null));
                });
            }
        }
        for (DType dtype : DType.values()) {
            if (BlockDecoder.has(dtype)) {
                int k = dtype.blockElements() == 1 ? 307 : dtype.blockElements() == 32 ? 288 : 512;
                stored(dtype, 3, 13, k, 1);
                stored(dtype, 11, 50, k, 1);
            }
        }
        stored(DType.F8_E4M3, 9, 14, 33, 0.37f);
        stored(DType.BF16, 2, 14, 33, 2.5f);
        for (int rows : new int[] {3, 33}) {
            for (Activation a : Activation.values()) {
                epilogue(rows, a, a.ordinal() % 2 == 0, a.ordinal() % 3 == 0, a.ordinal() % 3 != 1);
            }
            epilogue(rows, Activation.SILU, true, false, false);
            epilogue(rows, Activation.IDENTITY, false, true, false);
        }
        // More columns than one chunk of panels holds.
        add("linear long 700x13x10240", 10240, (f, in) -> {
            float[] x = in.normal(700 * 10240);
            float[] w = in.normal(13 * 10240);
            Tensor y = f.linear(f.floats(x, 700, 10240), f.floats(w, 13, 10240), null);
            return new Result(y, Oracle.linear(x, w, null, 700, 13, 10240, Activation.IDENTITY, null, null, 1, null));
        });
    }

    /** A weight of random bytes, and the values that the tensor itself says it has. */
    private void stored(DType dtype, int rows, int n, int k, float scale) {
        add("linear " + dtype + " stored " + rows + "x" + n + "x" + k + (scale == 1 ? "" : " scaled"), k, (f, in) -> {
            float[] x = in.normal(rows * k);
            Tensor w = Tensor.of(MemorySegment.ofArray(in.blocks(n * k, dtype)), dtype, n, k).scaledBy(scale);
            return new Result(f.linear(f.floats(x, rows, k), w, null),
                    Oracle.linear(x, w.toFloats(), null, rows, n, k, Activation.IDENTITY, null, null, 1, null));
        });
        add("gatherRows " + dtype + " stored " + n + "x" + k + (scale == 1 ? "" : " scaled"), 1, (f, in) -> {
            Tensor w = Tensor.of(MemorySegment.ofArray(in.blocks(n * k, dtype)), dtype, n, k).scaledBy(scale);
            float[] all = w.toFloats();
            return new Result(f.gatherRows(w, new long[] {n - 1, 0, 3}), IntStream.of(n - 1, 0, 3)
                    .flatMap(r -> IntStream.range(r * k, r * k + k)).mapToDouble(i -> all[i]).toArray());
        });
    }

    private void epilogue(int rows, Activation activation, boolean multiplier, boolean gate, boolean residual) {
        int batch = 2;
        int n = 29;
        int k = 70;
        String parts = (multiplier ? " multiplier" : "") + (gate ? " gate" : "") + (residual ? " residual" : "");
        add("linear " + batch + "x" + rows + "x" + n + "x" + k + " " + activation + parts, k, (f, in) -> {
            float[] x = in.normal(batch * rows * k);
            float[] w = in.normal(n * k);
            float[] b = in.normal(n);
            float[] m = multiplier ? in.normal(batch * rows * n) : null;
            float[] g = gate ? in.normal(batch * n) : null;
            float[] r = residual ? in.normal(batch * rows * n) : null;
            Epilogue e = new Epilogue(activation, m == null ? null : f.floats(m, batch, rows, n), g == null ? null : f.floats(g, batch, n),
                    r == null ? null : f.floats(r, batch, rows, n));
            Tensor y = f.linear(f.floats(x, batch, rows, k), f.floats(w, n, k), f.floats(b, n), e);
            return new Result(y, Oracle.linear(x, w, b, batch * rows, n, k, activation, m, g, rows, r));
        });
    }

    private void convolutions() {
        conv(1, 3, 5, 7, 4, 3, 3, ConvSpec.padded(1), DType.F32, Activation.IDENTITY, false);
        conv(2, 5, 9, 6, 7, 3, 3, ConvSpec.DOWNSAMPLE, DType.BF16, Activation.IDENTITY, false);
        conv(1, 37, 19, 23, 13, 3, 3, ConvSpec.padded(1), DType.F16, Activation.SILU, true);
        conv(1, 6, 40, 41, 9, 1, 1, ConvSpec.padded(0), DType.F32, Activation.IDENTITY, true);
        conv(2, 3, 28, 28, 11, 14, 14, new ConvSpec(14, 0, 0, 0, 0), DType.F32, Activation.IDENTITY, false);
        conv(1, 2, 1, 3, 2, 5, 5, ConvSpec.padded(2), DType.F32, Activation.RELU, false);
        conv(1, 4, 6, 6, 3, 2, 3, new ConvSpec(1, 1, 0, 0, 2), DType.F32, Activation.IDENTITY, false);
        conv(2, 63, 70, 61, 1, 5, 5, ConvSpec.padded(2), DType.F32, Activation.IDENTITY, false); // more than one band of lines
        conv(2, 29, 5, 131, 1, 5, 5, ConvSpec.padded(2), DType.F32, Activation.IDENTITY, false); // few output channels
        conv(1, 7, 6, 70, 2, 2, 3, new ConvSpec(1, 1, 0, 0, 2), DType.BF16, Activation.SILU, true);
    }

    private void conv(int batch, int ci, int h, int w, int co, int kh, int kw, ConvSpec spec, DType dtype, Activation activation,
            boolean residual) {
        add("conv2d " + dtype + " " + batch + "x" + ci + "x" + h + "x" + w + " to " + co + " by " + kh + "x" + kw + " stride " + spec.stride(),
                (long) ci * kh * kw, (f, in) -> {
            float[] x = in.normal(batch * ci * h * w);
            float[] weight = in.normal(co * ci * kh * kw, dtype);
            float[] bias = in.normal(co);
            int ho = (h + spec.top() + spec.bottom() - kh) / spec.stride() + 1;
            int wo = (w + spec.left() + spec.right() - kw) / spec.stride() + 1;
            float[] r = residual ? in.normal(batch * co * ho * wo) : null;
            Tensor y = f.conv2d(f.floats(x, batch, ci, h, w), f.cast(f.floats(weight, co, ci, kh, kw), dtype), f.floats(bias, co), spec,
                    new Epilogue(activation, null, null, r == null ? null : f.floats(r, batch, co, ho, wo)));
            return new Result(y, Oracle.conv2d(x, weight, bias, batch, ci, h, w, co, kh, kw, spec, activation, r));
        });
    }

    private void attentions() {
        attention(1, 1, 1, 1, 1, 1, 1, new AttentionMask.Full(1), false);
        attention(2, 5, 7, 2, 2, 6, 3, new AttentionMask.Full(7), false);
        attention(1, 70, 70, 6, 2, 40, 40, new AttentionMask.Causal(0), false);
        attention(1, 1, 300, 8, 2, 32, 32, new AttentionMask.Causal(299), false);
        attention(1, 50, 600, 2, 1, 16, 20, new AttentionMask.Full(600), true);
        attention(1, 300, 300, 2, 2, 8, 8, AttentionMask.segments(new int[] {0, 7, 133, 260, 300}), false);
        attention(1, 9, 9, 1, 1, 300, 280, new AttentionMask.Full(9), true);
        attention(1, 6, 6, 2, 2, 8, 8, new AttentionMask.Ranges(new int[] {2, 2, 2, 3, 4, 5}, new int[] {3, 4, 6, 4, 6, 6}), false);
    }

    private void attention(int batch, int sq, int sk, int hq, int hkv, int d, int dv, AttentionMask mask, boolean biased) {
        add("attention b" + batch + " q" + sq + " k" + sk + " heads " + hq + "/" + hkv + " d" + d + "/" + dv + " "
                + mask.getClass().getSimpleName() + (biased ? " bias" : ""), Math.max(d, sk), (f, in) -> {
            float[] q = in.normal(batch * sq * hq * d);
            float[] k = in.normal(batch * sk * hkv * d);
            float[] v = in.normal(batch * sk * hkv * dv);
            float[] bias = biased ? in.normal(hq * (sq + sk - 1)) : null;
            float scale = (float) (1.5 / Math.sqrt(d));
            Tensor y = f.attention(f.floats(q, batch, sq, hq, d), f.floats(k, batch, sk, hkv, d), f.floats(v, batch, sk, hkv, dv), scale, mask,
                    bias == null ? null : f.floats(bias, hq, sq + sk - 1));
            return new Result(y, Oracle.attention(q, k, v, batch, sq, sk, hq, hkv, d, dv, scale, mask, bias));
        });
    }

    private void norms() {
        for (int n : new int[] {1, 2, 33, 768, 5003}) {
            int rows = 5;
            add("layerNorm " + rows + "x" + n, n, (f, in) -> {
                float[] x = in.normal(rows * n);
                shift(x, 3);
                float[] w = in.normal(n);
                float[] b = in.normal(n);
                double[] want = Oracle.normalise(x, n, true, 1e-5f);
                for (int i = 0; i < want.length; i++) {
                    want[i] = want[i] * w[i % n] + b[i % n];
                }
                return new Result(f.layerNorm(f.floats(x, rows, n), f.floats(w, n), f.floats(b, n), 1e-5f), want);
            });
            add("layerNorm plain " + rows + "x" + n, n, (f, in) -> {
                float[] x = in.normal(rows * n);
                return new Result(f.layerNorm(f.floats(x, rows, n), null, null, 1e-6f), Oracle.normalise(x, n, true, 1e-6f));
            });
            add("layerNormModulated 2x" + rows + "x" + n, n, (f, in) -> {
                float[] x = in.normal(2 * rows * n);
                float[] scale = in.normal(2 * n);
                float[] shift = in.normal(2 * n);
                double[] want = Oracle.normalise(x, n, true, 1e-6f);
                for (int i = 0; i < want.length; i++) {
                    int at = i / (rows * n) * n + i % n;
                    want[i] = want[i] * (1.0 + scale[at]) + shift[at];
                }
                return new Result(f.layerNormModulated(f.floats(x, 2, rows, n), f.floats(scale, 2, n), f.floats(shift, 2, n), 1e-6f), want);
            });
            add("rmsNorm " + rows + "x" + n, n, (f, in) -> {
                float[] x = in.normal(rows * n);
                float[] w = in.normal(n);
                double[] want = Oracle.normalise(x, n, false, 1e-6f);
                for (int i = 0; i < want.length; i++) {
                    want[i] *= w[i % n];
                }
                return new Result(f.rmsNorm(f.floats(x, rows, n), f.floats(w, n), 1e-6f), want);
            });
        }
        add("layerNorm far from zero", 700, (f, in) -> {
            float[] x = in.normal(3 * 700);
            shift(x, 1e4f);
            return new Result(f.layerNorm(f.floats(x, 3, 700), null, null, 1e-6f), Oracle.normalise(x, 700, true, 1e-6f));
        });
        add("groupNorm far from zero", 4900, (f, in) -> {
            float[] x = in.normal(4 * 4900);
            shift(x, -1e4f);
            float[] one = {1, 1, 1, 1};
            return new Result(f.groupNorm(f.floats(x, 1, 4, 70, 70), 4, f.floats(one, 4), f.zeros(4), 1e-6f, Activation.IDENTITY),
                    Oracle.normalise(x, 4900, true, 1e-6f));
        });
        for (int[] s : new int[][] {{1, 4, 2, 3, 5}, {2, 6, 3, 7, 9}, {1, 8, 2, 70, 71}}) {
            add("groupNorm " + s[0] + "x" + s[1] + "x" + s[3] + "x" + s[4] + " in " + s[2], (long) s[1] / s[2] * s[3] * s[4], (f, in) -> {
                int plane = s[3] * s[4];
                float[] x = in.normal(s[0] * s[1] * plane);
                shift(x, -2);
                float[] w = in.normal(s[1]);
                float[] b = in.normal(s[1]);
                double[] want = Oracle.normalise(x, s[1] / s[2] * plane, true, 1e-6f);
                for (int i = 0; i < want.length; i++) {
                    want[i] = Oracle.apply(Activation.SILU, want[i] * w[i / plane % s[1]] + b[i / plane % s[1]]);
                }
                return new Result(f.groupNorm(f.floats(x, s[0], s[1], s[3], s[4]), s[2], f.floats(w, s[1]), f.floats(b, s[1]), 1e-6f,
                        Activation.SILU), want);
            });
        }
    }

    private static void shift(float[] x, float by) {
        for (int i = 0; i < x.length; i++) {
            x[i] += by;
        }
    }

    private void elementwise() {
        for (Activation a : Activation.values()) {
            add("activation " + a, 1, (f, in) -> {
                float[] x = in.normal(5001);
                double[] want = new double[x.length];
                for (int i = 0; i < x.length; i++) {
                    x[i] *= i % 7;
                    want[i] = Oracle.apply(a, x[i]);
                }
                return new Result(f.activation(f.floats(x, 3, 1667), a), want);
            });
        }
        for (int[] s : new int[][] {{1, 1}, {3, 41}, {90, 101}}) {
            int n = s[0] * s[1];
            int period = s[1];
            add("add " + n + " by " + period, 1, (f, in) -> {
                float[] a = in.normal(n);
                float[] b = in.normal(period);
                return new Result(f.add(f.floats(a, s[0], period), f.floats(b, period)), each(n, i -> (double) a[i] + b[i % period]));
            });
            add("mul " + n + " by " + period, 1, (f, in) -> {
                float[] a = in.normal(n);
                float[] b = in.normal(period);
                return new Result(f.mul(f.floats(a, s[0], period), f.floats(b, period)), each(n, i -> (double) a[i] * b[i % period]));
            });
            add("addScaled " + n, 1, (f, in) -> {
                float[] a = in.normal(n);
                float[] b = in.normal(n);
                return new Result(f.addScaled(f.floats(a, n), -0.37f, f.floats(b, n)), each(n, i -> a[i] - 0.37f * (double) b[i]));
            });
            add("affine " + n, 1, (f, in) -> {
                float[] a = in.normal(n);
                return new Result(f.affine(f.floats(a, n), 0.3611f, 0.1159f), each(n, i -> a[i] * (double) 0.3611f + 0.1159f));
            });
            add("weightedSum " + n, s[0], (f, in) -> {
                float[] x = in.normal(2 * n);
                float[] w = in.normal(s[0]);
                return new Result(f.weightedSum(f.floats(x, 2, s[0], period), 1, f.floats(w, s[0])), each(2 * period, i -> {
                    double sum = 0;
                    for (int c = 0; c < s[0]; c++) {
                        sum += (double) w[c] * x[(i / period * s[0] + c) * period + i % period];
                    }
                    return sum;
                }));
            });
        }
        for (RopeStyle style : RopeStyle.values()) {
            add("rope " + style, 1, (f, in) -> {
                int half = 5;
                float[] x = in.normal(2 * 3 * 4 * 2 * half);
                float[] cos = in.normal(3 * half);
                float[] sin = in.normal(3 * half);
                return new Result(f.rope(f.floats(x, 2, 3, 4, 2 * half), f.floats(cos, 3, half), f.floats(sin, 3, half), style),
                        each(x.length, i -> {
                            int head = i / (2 * half) * 2 * half;
                            int c = i % (2 * half);
                            boolean first = style == RopeStyle.INTERLEAVED ? c % 2 == 0 : c < half;
                            int m = style == RopeStyle.INTERLEAVED ? c / 2 : c % half;
                            int other = head + (style == RopeStyle.INTERLEAVED ? c ^ 1 : (c + half) % (2 * half));
                            int angle = i / (4 * 2 * half) % 3 * half + m;
                            return (double) x[i] * cos[angle] + (first ? -1 : 1) * (double) x[other] * sin[angle];
                        }));
            });
        }
    }

    private interface Element {
        double at(int i);
    }

    private static double[] each(int n, Element e) {
        double[] y = new double[n];
        for (int i = 0; i < n; i++) {
            y[i] = e.at(i);
        }
        return y;
    }
}
