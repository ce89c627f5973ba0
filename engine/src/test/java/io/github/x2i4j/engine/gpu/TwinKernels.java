package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.HostStorage;
import io.github.x2i4j.engine.Oracle;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.kernel.ScalarMath;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;

/**
 * The kernels' likeness in Java, for machines without a C++ compiler: what they compute, not how. An entry for each kernel, which reads
 * its arguments in the order of the source's parameters.
 */
public final class TwinKernels implements DeviceCode {
    /** All memory: addresses are offsets in it. */
    private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final int MAX_RANK = 8;
    private static final long HOPPER_TILE = 128;

    private final List<Body> bodies = new ArrayList<>();
    private final Map<String, Integer> numbers = new HashMap<>();

    private interface Body {
        void run(Call call);
    }

    /** A launch: its grid, and its arguments one after the other. */
    private static final class Call {
        final Grid grid;
        private final MemorySegment arguments;
        private final int[] offsets;
        private int next;

        Call(Grid grid, MemorySegment arguments, int[] offsets) {
            this.grid = grid;
            this.arguments = arguments;
            this.offsets = offsets;
        }

        /** An address or a number. */
        long n() {
            return arguments.get(Tensor.LONG, offsets[next++]);
        }

        int i() {
            return arguments.get(Tensor.INT, offsets[next++]);
        }

        float f() {
            return arguments.get(Tensor.FLOAT, offsets[next++]);
        }

        /** A number that is not the next. */
        long argument(int i) {
            return arguments.get(Tensor.LONG, offsets[i]);
        }

        Activation activation() {
            return Activation.values()[i()];
        }

        long[] structure(int count) {
            return arguments.asSlice(offsets[next++], 8L * count).toArray(ValueLayout.JAVA_LONG_UNALIGNED);
        }

        void end() {
            if (next != offsets.length) {
                throw new AssertionError(offsets.length + " arguments for a kernel of " + next);
            }
        }
    }

    TwinKernels() {
        add("finish_product", TwinKernels::finish);
        add("finish_planes", TwinKernels::finish);
        add("activation", TwinKernels::activation);
        add("add_scaled", TwinKernels::addScaled);
        add("mul", TwinKernels::mul);
        add("affine", TwinKernels::affine);
        add("rope", TwinKernels::rope);
        add("weighted_sum", TwinKernels::weightedSum);
        add("cast", TwinKernels::cast);
        add("raise_to_largest", TwinKernels::raiseToLargest);
        add("to_e4m3", TwinKernels::toE4m3);
        add("gather_rows", TwinKernels::gatherRows);
        add("narrow_rows", TwinKernels::narrowRows);
        for (String threads : new String[] {"warp", "block", "long"}) {
            add("row_norm_" + threads, TwinKernels::rowNorm);
        }
        add("group_moments", TwinKernels::groupMoments);
        add("group_norm", TwinKernels::groupNorm);
        add("upsample_nearest_2x", TwinKernels::upsample);
        add("scatter_rows", TwinKernels::scatterRows);
        add("patches_f32", c -> patches(c, DType.F32));
        add("patches_bf16", c -> patches(c, DType.BF16));
        for (int size = 1; size <= 8; size *= 2) {
            int bytes = size;
            add("permute_" + size, c -> permute(c, bytes));
        }
        for (int size = 1; size <= 16; size *= 2) {
            int bytes = size;
            add("copy_runs_" + size, c -> copyRuns(c, bytes));
        }
        for (int most : new int[] {64, 128, 512}) {
            add("attention_" + most, c -> attention(c, DType.F32, 0));
        }
        for (int width : new int[] {64, 128}) {
            add("attention_tensor_" + width, c -> attention(c, DType.BF16, width));
        }
        add("softmax", TwinKernels::softmax);
        add("pack_rows", TwinKernels::pack);
        add("pack_columns", TwinKernels::pack);
        add("attention_hopper", c -> attention(c, DType.BF16, -HOPPER_TILE));
    }

    private void add(String name, Body body) {
        numbers.put(name, bodies.size());
        bodies.add(body);
    }

    @Override
    public int number(String kernel) {
        return numbers.getOrDefault(kernel, -1);
    }

    @Override
    public void launch(int number, Grid grid, MemorySegment arguments, int[] offsets) {
        bodies.get(number).run(new Call(grid, arguments, offsets));
    }

    @Override
    public String toString() {
        return "their twin";
    }

    // ---- memory ----

    private static float get(long address, long i) {
        return MEMORY.get(Tensor.FLOAT, address + 4 * i);
    }

    private static void put(long address, long i, double value) {
        MEMORY.set(Tensor.FLOAT, address + 4 * i, (float) value);
    }

    private static float get(long address, DType dtype, long i) {
        return switch (dtype) {
            case F32 -> get(address, i);
            case F16 -> Float.float16ToFloat(MEMORY.get(Tensor.SHORT, address + 2 * i));
            case BF16 -> Float.intBitsToFloat(MEMORY.get(Tensor.SHORT, address + 2 * i) << 16);
            case F8_E4M3 -> values(address + i, dtype, 1, 1)[0];
            default -> throw new IllegalArgumentException("no type of factors: " + dtype);
        };
    }

    private static void put(long address, DType dtype, long i, double value) {
        switch (dtype) {
            case F64 -> MEMORY.set(Tensor.DOUBLE, address + 8 * i, value);
            case F16 -> MEMORY.set(Tensor.SHORT, address + 2 * i, Float.floatToFloat16((float) value));
            case BF16 -> MEMORY.set(Tensor.SHORT, address + 2 * i, ScalarMath.toBFloat16((float) value));
            default -> put(address, i, value);
        }
    }

    /** Elements of any type, widened. */
    private static float[] values(long address, DType dtype, float scale, long n) {
        return new Tensor(dtype, Shape.of(n), new HostStorage(MEMORY.asSlice(address, dtype.bytes(n))), 0).scaledBy(scale).toFloats();
    }

    private static void each(long n, LongConsumer body) {
        LongStream all = LongStream.range(0, n);
        (n > 2000 ? all.parallel() : all).forEach(body);
    }

    // ---- element-wise ----

    /** Bits of what kernels are told of operands that may be BF16. */
    private static DType stored(long narrow, int bit) {
        return (narrow & bit) == 0 ? DType.F32 : DType.BF16;
    }

    private static void finish(Call c) {
        long[] a = c.structure(12);
        c.end();
        long n = a[3];
        long inner = a[4];
        Activation f = Activation.values()[(int) a[9]];
        each(a[2] * n * inner, i -> {
            long column = i / inner % n;
            double v = Oracle.apply(f, get(a[0], i) + (a[5] == 0 ? 0 : get(a[5], column)));
            v *= a[6] == 0 ? 1 : get(a[6], stored(a[11], 4), i);
            v *= a[7] == 0 ? 1 : get(a[7], i / (n * inner * a[10]) * n + column);
            put(a[1], stored(a[11], 2), i, v + (a[8] == 0 ? 0 : get(a[8], i)));
        });
    }

    private static void activation(Call c) {
        long x = c.n();
        long y = c.n();
        long n = c.n();
        Activation f = c.activation();
        c.end();
        each(n, i -> put(y, i, Oracle.apply(f, get(x, i))));
    }

    private static void addScaled(Call c) {
        long a = c.n();
        long b = c.n();
        long y = c.n();
        long n = c.n();
        long period = c.n();
        float factor = c.f();
        c.end();
        each(n, i -> put(y, i, get(a, i) + (double) factor * get(b, i % period)));
    }

    private static void mul(Call c) {
        long a = c.n();
        long b = c.n();
        long y = c.n();
        long n = c.n();
        long period = c.n();
        c.end();
        each(n, i -> put(y, i, (double) get(a, i) * get(b, i % period)));
    }

    private static void affine(Call c) {
        long x = c.n();
        long y = c.n();
        long n = c.n();
        float factor = c.f();
        float offset = c.f();
        c.end();
        each(n, i -> put(y, i, (double) get(x, i) * factor + offset));
    }

    private static void rope(Call c) {
        long[] a = c.structure(10);
        c.end();
        long heads = a[6];
        long half = a[7];
        DType in = stored(a[9], 1);
        DType out = stored(a[9], 2);
        each(a[4] * heads * half, i -> {
            long m = i % half;
            long head = i / half;
            long angle = head / heads % a[5] * half + m;
            long first = head * 2 * half + (a[8] != 0 ? 2 * m : m);
            long second = first + (a[8] != 0 ? 1 : half);
            double cos = get(a[2], angle);
            double sin = get(a[3], angle);
            double x = get(a[0], in, first);
            double y = get(a[0], in, second);
            put(a[1], out, first, x * cos - y * sin);
            put(a[1], out, second, y * cos + x * sin);
        });
    }

    private static void weightedSum(Call c) {
        long x = c.n();
        long weights = c.n();
        long y = c.n();
        long outer = c.n();
        long channels = c.n();
        long inner = c.n();
        c.end();
        each(outer * inner, i -> {
            double sum = 0;
            for (long k = 0; k < channels; k++) {
                sum += (double) get(weights, k) * get(x, (i / inner * channels + k) * inner + i % inner);
            }
            put(y, i, sum);
        });
    }

    // ---- types ----

    private static void raiseToLargest(Call c) {
        float[] values = values(c.n(), DType.values()[c.i()], c.f(), c.argument(4));
        long largest = c.n();
        c.n();
        c.end();
        float most = get(largest, 0);
        for (float v : values) {
            most = Math.max(most, Math.abs(v));
        }
        put(largest, 0, most);
    }

    private static void toE4m3(Call c) {
        float[] values = values(c.n(), DType.values()[c.i()], c.f(), c.argument(6));
        float largest = get(c.n(), 0);
        float unit = largest > 0 && largest < Float.POSITIVE_INFINITY ? largest * (1 / 448f) : 1;
        put(c.n(), 0, unit);
        long y = c.n();
        c.n();
        c.end();
        each(values.length, i -> MEMORY.set(ValueLayout.JAVA_BYTE, y + i, e4m3(values[(int) i] / unit)));
    }

    /** Rounds to a multiple of what the last bit of a number of this size is worth. */
    private static byte e4m3(float x) {
        int exponent = Math.max(Math.getExponent(x), -6);
        double quantum = Math.scalb(1.0, exponent - 3);
        double magnitude = Math.min(448, Math.rint(Math.abs(x) / quantum) * quantum);
        int code = magnitude < 1.0 / 64 ? (int) (magnitude * 512) : (Float.floatToRawIntBits((float) magnitude) >> 20) - (120 << 3);
        return (byte) (code | (x < 0 ? 128 : 0));
    }

    private static void cast(Call c) {
        long x = c.n();
        DType from = DType.values()[c.i()];
        float scale = c.f();
        long y = c.n();
        DType to = DType.values()[c.i()];
        long n = c.n();
        c.end();
        if (from == DType.F64 && scale == 1) {
            each(n, i -> put(y, to, i, MEMORY.get(Tensor.DOUBLE, x + 8 * i)));
            return;
        }
        float[] values = values(x, from, scale, n);
        each(n, i -> put(y, to, i, values[(int) i]));
    }

    private static void gatherRows(Call c) {
        long table = c.n();
        DType dtype = DType.values()[c.i()];
        float scale = c.f();
        long ids = c.n();
        long y = c.n();
        long rows = c.n();
        long width = c.n();
        c.end();
        each(rows, r -> {
            long id = MEMORY.get(Tensor.LONG, ids + 8 * r);
            float[] row = values(table + id * dtype.bytes(width), dtype, scale, width);
            MemorySegment.copy(row, 0, MEMORY, Tensor.FLOAT, y + 4 * r * width, row.length);
        });
    }

    private static void narrowRows(Call c) {
        long x = c.n();
        DType from = stored(c.i(), 1);
        long y = c.n();
        long rows = c.n();
        long n = c.n();
        long width = c.n();
        c.end();
        each(rows * width, i -> put(y, DType.BF16, i, i % width < n ? get(x, from, i / width * n + i % width) : 0));
    }

    // ---- norms ----

    private static void rowNorm(Call c) {
        long[] a = c.structure(11);
        c.end();
        long n = a[3];
        boolean centred = a[4] != 0;
        float eps = Float.intBitsToFloat((int) a[8]);
        float weightOffset = Float.intBitsToFloat((int) a[9]);
        DType in = stored(a[10], 1);
        DType out = stored(a[10], 2);
        each(a[2], r -> {
            double[] moments = moments(a[0], in, r * n, n);
            double mean = centred ? moments[0] : 0;
            double squares = moments[1] + (centred ? 0 : moments[0] * moments[0] * n);
            double factor = 1 / Math.sqrt(squares / n + eps);
            long at = r / a[7] * n;
            for (long i = 0; i < n; i++) {
                double v = (get(a[0], in, r * n + i) - mean) * factor * (a[5] == 0 ? 1 : get(a[5], at + i) + weightOffset);
                put(a[1], out, r * n + i, v + (a[6] == 0 ? 0 : get(a[6], at + i)));
            }
        });
    }

    /** Mean, and sum of squared distances from it. */
    private static double[] moments(long x, DType stored, long from, long n) {
        double sum = 0;
        for (long i = 0; i < n; i++) {
            sum += get(x, stored, from + i);
        }
        double mean = sum / n;
        double squares = 0;
        for (long i = 0; i < n; i++) {
            double d = get(x, stored, from + i) - mean;
            squares += d * d;
        }
        return new double[] {mean, squares};
    }

    /** All moments of a group stand in its first piece. */
    private static void groupMoments(Call c) {
        long x = c.n();
        long out = c.n();
        long n = c.n();
        long pieces = c.n();
        c.end();
        for (long group = 0; group < c.grid.y(); group++) {
            double[] moments = moments(x, DType.F32, group * n, n);
            put(out, DType.F64, group * pieces * 3, moments[0]);
            put(out, DType.F64, group * pieces * 3 + 1, moments[1]);
            for (long p = 0; p < pieces; p++) {
                put(out, DType.F64, (group * pieces + p) * 3 + 2, p == 0 ? n : 0);
            }
        }
    }

    private static void groupNorm(Call c) {
        long x = c.n();
        long y = c.n();
        long moments = c.n();
        long pieces = c.n();
        long groups = c.n();
        long channels = c.n();
        long plane = c.n();
        long weight = c.n();
        long bias = c.n();
        float eps = c.f();
        Activation f = c.activation();
        c.end();
        long n = channels * plane;
        each(c.grid.y() * n, i -> {
            long group = i / n;
            long channel = group % groups * channels + i % n / plane;
            double mean = MEMORY.get(Tensor.DOUBLE, moments + 8 * group * pieces * 3);
            double squares = MEMORY.get(Tensor.DOUBLE, moments + 8 * (group * pieces * 3 + 1));
            double v = (get(x, i) - mean) / Math.sqrt(squares / n + eps);
            put(y, i, Oracle.apply(f, v * get(weight, channel) + get(bias, channel)));
        });
    }

    // ---- movement ----

    private static void upsample(Call c) {
        long x = c.n();
        long y = c.n();
        long planes = c.n();
        long h = c.n();
        long w = c.n();
        c.end();
        each(planes * h * w * 4, i -> put(y, i, get(x, i / (2 * w) / 2 * w + i % (2 * w) / 2)));
    }

    private static void scatterRows(Call c) {
        long y = c.n();
        long positions = c.n();
        long source = c.n();
        long rows = c.n();
        long width = c.n();
        c.end();
        each(rows, r -> MemorySegment.copy(MEMORY, source + 4 * r * width, MEMORY,
                y + 4 * MEMORY.get(Tensor.LONG, positions + 8 * r) * width, 4 * width));
    }

    private static void patches(Call c, DType dtype) {
        long x = c.n();
        long y = c.n();
        long channels = c.n();
        long h = c.n();
        long w = c.n();
        int kh = c.i();
        int kw = c.i();
        int stride = c.i();
        int top = c.i();
        int left = c.i();
        long outW = c.n();
        long first = c.n();
        long count = c.n();
        c.end();
        each(channels * kh * kw * count, i -> {
            long pixel = first + i % count;
            long tap = i / count;
            long iy = pixel / outW * stride + tap / kw % kh - top;
            long ix = pixel % outW * stride + tap % kw - left;
            boolean inside = iy >= 0 && iy < h && ix >= 0 && ix < w;
            put(y, dtype, i, inside ? get(x, (tap / (kh * kw) * h + iy) * w + ix) : 0);
        });
    }

    private static void permute(Call c, int bytes) {
        long x = c.n();
        long y = c.n();
        long n = c.n();
        long[] axes = c.structure(2 * MAX_RANK);
        c.end();
        each(n, i -> {
            long rest = i;
            long from = 0;
            for (int a = MAX_RANK - 1; a >= 0; a--) {
                from += rest % axes[a] * axes[MAX_RANK + a];
                rest /= axes[a];
            }
            MemorySegment.copy(MEMORY, x + from * bytes, MEMORY, y + i * bytes, bytes);
        });
    }

    private static void copyRuns(Call c, int bytes) {
        long y = c.n();
        long yStep = c.n();
        long x = c.n();
        long xStep = c.n();
        long run = c.n();
        long count = c.n();
        c.i();
        c.end();
        each(count, i -> MemorySegment.copy(MEMORY, x + i * xStep * bytes, MEMORY, y + i * yStep * bytes, run * bytes));
    }

    // ---- products ----

    /** @param width elements of a row of queries, keys and values; 0 where no row is padded */
    /** Heads one after the other, each in rows of 128, as many as make whole tiles: the twin needs no finer order. */
    private static void pack(Call c) {
        long x = c.n();
        DType stored = stored(c.i(), 1);
        long y = c.n();
        long s = c.n();
        long heads = c.n();
        long d = c.n();
        c.end();
        long rows = c.grid.x() * HOPPER_TILE;
        each(c.grid.z() * heads * rows, i -> {
            long token = i % rows;
            long from = ((i / rows / heads * s + token) * heads + i / rows % heads) * d;
            for (long e = 0; e < HOPPER_TILE; e++) {
                put(y, DType.BF16, i * HOPPER_TILE + e, token < s && e < d ? get(x, stored, from + e) : 0);
            }
        });
    }

    private static void softmax(Call c) {
        long[] a = c.structure(13);
        c.end();
        long sq = a[6];
        long sk = a[7];
        float scale = Float.intBitsToFloat((int) a[11]);
        each(a[5], row -> {
            long query = a[8] + row;
            long begin = a[9] == 2 ? MEMORY.get(Tensor.INT, a[3] + 4 * query) : 0;
            long end = a[9] == 2 ? MEMORY.get(Tensor.INT, a[4] + 4 * query) : a[9] == 1 ? query + a[10] + 1 : sk;
            double[] scores = new double[(int) (end - begin)];
            double largest = Double.NEGATIVE_INFINITY;
            for (int k = 0; k < scores.length; k++) {
                scores[k] = get(a[0], row * sk + begin + k) * (double) scale + (a[2] == 0 ? 0 : get(a[2], begin + k - query + sq - 1));
                largest = Math.max(largest, scores[k]);
            }
            double total = 0;
            for (int k = 0; k < scores.length; k++) {
                scores[k] = Math.exp(scores[k] - largest);
                total += scores[k];
            }
            for (long k = 0; k < sk; k++) {
                put(a[1], stored(a[12], 2), row * sk + k, k >= begin && k < end ? scores[(int) (k - begin)] / total : 0);
            }
        });
    }

    /** Where a token of a head begins in tiles, or in rows of step elements. */
    private static long row(long width, long batch, long s, long token, long heads, long head, long step) {
        return width < 0 ? ((batch * heads + head) * Math.ceilDiv(s, -width) * -width + token) * -width
                : ((batch * s + token) * heads + head) * step;
    }

    /** @param width elements of a padded row, 0 where rows are as they are, or less for tiles of as many tokens and channels */
    private static void attention(Call c, DType dtype, long width) {
        long[] a = c.structure(17);
        c.end();
        long bias = a[4];
        long sq = a[7];
        long sk = a[8];
        long hq = a[9];
        long hkv = a[10];
        long d = a[11];
        long dv = a[12];
        long step = width == 0 ? d : width;
        long valueStep = width == 0 ? dv : width;
        float scale = Float.intBitsToFloat((int) a[15]);
        each(c.grid.z() * sq * hq, i -> {
            long batch = i / (sq * hq);
            long query = i / hq % sq;
            long head = i % hq;
            long keyHead = head / (hq / hkv);
            long from = row(width, batch, sq, query, hq, head, step);
            long begin = a[13] == 2 ? MEMORY.get(Tensor.INT, a[5] + 4 * query) : 0;
            long end = a[13] == 2 ? MEMORY.get(Tensor.INT, a[6] + 4 * query) : a[13] == 1 ? query + a[14] + 1 : sk;
            double[] scores = new double[(int) (end - begin)];
            double largest = Double.NEGATIVE_INFINITY;
            for (int k = 0; k < scores.length; k++) {
                long key = row(width, batch, sk, begin + k, hkv, keyHead, step);
                for (long e = 0; e < d; e++) {
                    scores[k] += (double) get(a[0], dtype, from + e) * get(a[1], dtype, key + e);
                }
                scores[k] = scores[k] * scale + (bias == 0 ? 0 : get(bias, head * (sq + sk - 1) + begin + k - query + sq - 1));
                largest = Math.max(largest, scores[k]);
            }
            double[] sums = new double[(int) dv];
            double total = 0;
            for (int k = 0; k < scores.length; k++) {
                double p = Math.exp(scores[k] - largest);
                total += p;
                long key = row(width, batch, sk, begin + k, hkv, keyHead, valueStep);
                for (int e = 0; e < dv; e++) {
                    sums[e] += p * get(a[2], dtype, key + e);
                }
            }
            for (int e = 0; e < dv; e++) {
                put(a[3], stored(a[16], 2), i * dv + e, sums[e] / total);
            }
        });
    }

    private static DType dtype(CudaApi.Operand operand) {
        return DType.valueOf(operand.name());
    }

    private static double product(boolean transposeA, boolean transposeB, long i, long j, long k, DType dtype, long a, long lda, long b,
            long ldb) {
        double sum = 0;
        for (long p = 0; p < k; p++) {
            sum += (double) get(a, dtype, transposeA ? i * lda + p : p * lda + i) * get(b, dtype, transposeB ? p * ldb + j : j * ldb + p);
        }
        return sum;
    }

    @Override
    public void gemm(CudaApi.Gemm g) {
        DType dtype = dtype(g.operand());
        each(g.m() * g.n(), at -> {
            long i = at % g.m();
            long j = at / g.m();
            double z = product(g.transposeA(), g.transposeB(), i, j, g.k(), dtype, g.a(), g.lda(), g.b(), g.ldb());
            put(g.c(), j * g.ldc() + i, z + (g.beta() == 0 ? 0 : g.beta() * get(g.c(), j * g.ldc() + i)));
        });
    }

    @Override
    public void multiply(CudaApi.PlannedProduct p, CudaApi.ProductOperands o) {
        DType dtype = dtype(p.operand());
        DType result = dtype(p.result());
        Activation f = switch (p.fused()) {
            case NONE -> Activation.IDENTITY;
            case RELU -> Activation.RELU;
            case GELU_TANH -> Activation.GELU_TANH;
        };
        each(p.m() * p.n(), at -> {
            long i = at % p.m();
            long j = at / p.m();
            double z = product(p.transposeA(), p.transposeB(), i, j, p.k(), dtype, o.a(), p.lda(), o.b(), p.ldb())
                    * (o.scaleA() == 0 ? 1 : get(o.scaleA(), 0)) * (o.scaleB() == 0 ? 1 : get(o.scaleB(), 0));
            z += o.addend() == 0 ? 0 : get(o.addend(), j * p.ldd() + i);
            put(o.d(), result, j * p.ldd() + i, Oracle.apply(f, z + (o.bias() == 0 ? 0 : get(o.bias(), result, i))));
        });
    }
}
