package io.github.x2i4j.bench;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.ConvSpec;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The list of workloads: the sizes of FLUX at full size, of the demo, and what is bound by memory. */
final class Workloads {
    private static final Map<String, Supplier<Workload>> ALL = new LinkedHashMap<>();

    static {
        for (DType dtype : new DType[] {DType.F32, DType.BF16, DType.F16}) {
            ALL.put("gemm 2048x3072x3072 " + dtype, () -> new Product(2048, 3072, 3072, dtype));
        }
        ALL.put("gemm 64x3072x3072 BF16", () -> new Product(64, 3072, 3072, DType.BF16));
        ALL.put("gemm 512x768x768 F32", () -> new Product(512, 768, 768, DType.F32));
        ALL.put("gemm 128x768x768 F32", () -> new Product(128, 768, 768, DType.F32));
        ALL.put("gemm 64x192x192 F32", () -> new Product(64, 192, 192, DType.F32));
        ALL.put("matvec 11008x2048 F32", () -> new Product(1, 11008, 2048, DType.F32));
        ALL.put("matvec 11008x2048 BF16", () -> new Product(1, 11008, 2048, DType.BF16));
        ALL.put("attention 4608 tokens, 4 heads of 128", () -> new Attention(4608, 4, 128));
        ALL.put("attention 128 tokens, 4 heads of 48", () -> new Attention(128, 4, 48));
        ALL.put("conv 3x3 256x256 of 64x64", () -> new Convolution(256, 256, 64, 3));
        ALL.put("conv 3x3 128x128 of 128x128", () -> new Convolution(128, 128, 128, 3));
        ALL.put("conv 1x1 256x256 of 64x64", () -> new Convolution(256, 256, 64, 1));
        ALL.put("silu 4M", () -> new Elementwise(Activation.SILU));
        ALL.put("gelu 4M", () -> new Elementwise(Activation.GELU));
        ALL.put("identity 4M", () -> new Elementwise(Activation.IDENTITY));
        ALL.put("layerNorm 1365x3072", LayerNorm::new);
    }

    private Workloads() {
    }

    static Set<String> names() {
        return ALL.keySet();
    }

    static Workload named(String name) {
        return ALL.get(name).get();
    }

    private static final class Product implements Workload {
        private final int rows;
        private final int n;
        private final int k;
        private final DType dtype;
        private Tensor x;
        private Tensor weight;

        Product(int rows, int n, int k, DType dtype) {
            this.rows = rows;
            this.n = n;
            this.k = k;
            this.dtype = dtype;
        }

        @Override
        public double flops() {
            return 2.0 * rows * n * k;
        }

        @Override
        public double bytes() {
            return 4.0 * rows * (n + k) + dtype.bytes((long) n * k);
        }

        @Override
        public void prepare(Scope f) {
            x = Workload.random(f, rows, k);
            try (Scope g = f.scope()) {
                weight = g.escape(g.cast(Workload.random(g, n, k), dtype));
            }
        }

        @Override
        public Tensor run(Ops f) {
            return f.linear(x, weight, null);
        }

        @Override
        public double expected(long index) {
            double sum = 0;
            for (long c = 0; c < k; c++) {
                sum += (double) x.getFloat(index / n * k + c) * weight.getFloat(index % n * k + c);
            }
            return sum;
        }
    }

    private static final class Attention implements Workload {
        private final int tokens;
        private final int heads;
        private final int d;
        private Tensor q;
        private Tensor k;
        private Tensor v;

        Attention(int tokens, int heads, int d) {
            this.tokens = tokens;
            this.heads = heads;
            this.d = d;
        }

        @Override
        public double flops() {
            return 4.0 * tokens * tokens * heads * d;
        }

        @Override
        public double bytes() {
            return 16.0 * tokens * heads * d;
        }

        @Override
        public void prepare(Scope f) {
            q = Workload.random(f, 1, tokens, heads, d);
            k = Workload.random(f, 1, tokens, heads, d);
            v = Workload.random(f, 1, tokens, heads, d);
        }

        private float scale() {
            return (float) (1 / Math.sqrt(d));
        }

        @Override
        public Tensor run(Ops f) {
            return f.attention(q, k, v, scale(), new AttentionMask.Full(tokens), null);
        }

        @Override
        public double expected(long index) {
            long row = index / d;
            long head = row % heads;
            double sum = 0;
            double out = 0;
            for (long j = 0; j < tokens; j++) {
                double score = 0;
                for (long c = 0; c < d; c++) {
                    score += (double) q.getFloat(row * d + c) * k.getFloat((j * heads + head) * d + c);
                }
                double p = Math.exp(score * scale());
                sum += p;
                out += p * v.getFloat((j * heads + head) * d + index % d);
            }
            return out / sum;
        }
    }

    private static final class Convolution implements Workload {
        private final int in;
        private final int out;
        private final int size;
        private final int kernel;
        private Tensor x;
        private Tensor weight;

        Convolution(int in, int out, int size, int kernel) {
            this.in = in;
            this.out = out;
            this.size = size;
            this.kernel = kernel;
        }

        @Override
        public double flops() {
            return 2.0 * in * out * kernel * kernel * size * size;
        }

        @Override
        public double bytes() {
            return 4.0 * (in + out) * size * size + 4.0 * in * out * kernel * kernel;
        }

        @Override
        public void prepare(Scope f) {
            x = Workload.random(f, 1, in, size, size);
            weight = Workload.random(f, out, in, kernel, kernel);
        }

        @Override
        public Tensor run(Ops f) {
            return f.conv2d(x, weight, null, ConvSpec.padded(kernel / 2), Epilogue.NONE);
        }

        @Override
        public double expected(long index) {
            long ox = index % size;
            long oy = index / size % size;
            long o = index / size / size;
            double sum = 0;
            for (long tap = 0; tap < (long) in * kernel * kernel; tap++) {
                long ix = ox + tap % kernel - kernel / 2;
                long iy = oy + tap / kernel % kernel - kernel / 2;
                if (ix >= 0 && ix < size && iy >= 0 && iy < size) {
                    sum += (double) x.getFloat((tap / kernel / kernel * size + iy) * size + ix) * weight.getFloat(o * in * kernel * kernel + tap);
                }
            }
            return sum;
        }
    }

    private static final class Elementwise implements Workload {
        private static final int ELEMENTS = 1 << 22;
        private final Activation activation;
        private Tensor x;

        Elementwise(Activation activation) {
            this.activation = activation;
        }

        @Override
        public double flops() {
            return 0;
        }

        @Override
        public double bytes() {
            return 8.0 * ELEMENTS;
        }

        @Override
        public void prepare(Scope f) {
            x = Workload.random(f, ELEMENTS);
        }

        @Override
        public Tensor run(Ops f) {
            return f.activation(x, activation);
        }

        @Override
        public double expected(long index) {
            double z = x.getFloat(index);
            return switch (activation) {
                case SILU -> z / (1 + Math.exp(-z));
                case GELU -> z * normal(z);
                default -> z;
            };
        }

        /** Normal distribution by its power series. */
        private static double normal(double z) {
            double term = z;
            double sum = z;
            for (int n = 1; n < 50; n++) {
                term *= z * z / (2 * n + 1);
                sum += term;
            }
            return 0.5 + Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) * sum;
        }
    }

    private static final class LayerNorm implements Workload {
        private static final int ROWS = 1365;
        private static final int N = 3072;
        private Tensor x;

        @Override
        public double flops() {
            return 0;
        }

        @Override
        public double bytes() {
            return 8.0 * ROWS * N;
        }

        @Override
        public void prepare(Scope f) {
            x = Workload.random(f, ROWS, N);
        }

        @Override
        public Tensor run(Ops f) {
            return f.layerNorm(x, null, null, 1e-6f);
        }

        @Override
        public double expected(long index) {
            long row = index / N * N;
            double mean = 0;
            double square = 0;
            for (int i = 0; i < N; i++) {
                mean += x.getFloat(row + i) / (double) N;
            }
            for (int i = 0; i < N; i++) {
                square += Math.pow(x.getFloat(row + i) - mean, 2) / N;
            }
            return (x.getFloat(index) - mean) / Math.sqrt(square + 1e-6);
        }
    }
}
