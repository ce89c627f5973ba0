package io.github.x2i4j.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.engine.format.BlockDecoder;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every primitive of every width against plain loops, bit by bit, on runs of all lengths at odd places. */
class KernelBitsTest {
    private static final int LENGTH = 300;

    private static KernelService.KernelChoice vectors(int bits) {
        try {
            return KernelProvider.choose(new EngineOptions(EngineOptions.KernelChoice.VECTOR, bits, 1));
        } catch (UnsupportedFeatureException e) {
            Assumptions.abort("not on this machine: " + e.getMessage());
            throw e;
        }
    }

    private static float[] random(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[LENGTH];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextDouble(-3, 3);
        }
        return x;
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 256, 512})
    void runsOfAllLengths(int bits) {
        RunKernels vector = vectors(bits).runs();
        RunKernels scalar = new ScalarKernels(16);
        for (int n = 0; n < 140; n += n < 70 ? 1 : 13) {
            assertThat(everything(vector, n)).as("runs of %d", n).isEqualTo(everything(scalar, n));
        }
    }

    /** What all primitives make of a run of n, one after the other. */
    private static Object[] everything(RunKernels k, int n) {
        float[] x = random(n);
        float[] y = random(n + 1);
        float[] z = random(n + 2);
        short[] narrow = new short[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            narrow[i] = (short) (Float.floatToRawIntBits(y[i]) >>> 16);
        }
        int at = n % 7;
        int yAt = 3;
        float[] widened = new float[LENGTH];
        k.widenBF16(narrow, yAt, widened, at, n);
        double[] sums = {k.dot(x, at, y, yAt, n), k.sum(x, at, n), k.sumSquares(x, at, n, 0.7f), k.max(x, at, n)};
        k.add(x, at, y, yAt, n);
        k.mul(x, at, z, yAt, n);
        float[] apart = z.clone();
        k.plus(x, at, y, yAt, apart, 5, n);
        k.minus(apart, 4, y, yAt, apart, 2, n);
        k.mulAdd(x, at, y, yAt, z, at, n);
        k.addScaled(x, at, 0.3f, y, yAt, n);
        k.standardise(x, at, n, 0.2f, 0.9f);
        k.affine(x, at, n, 1.1f, -0.1f);
        k.turnPairs(x, at, y, z, n & -2);
        float[] exponentials = x.clone();
        float[] partial = z.clone();
        k.exp(exponentials, at, n, 0.5f, partial, yAt);
        Object[] all = new Object[Activation.values().length + 5];
        for (Activation f : Activation.values()) {
            float[] activated = x.clone();
            k.activate(f, activated, at, n);
            all[f.ordinal()] = activated;
        }
        all[all.length - 5] = apart;
        all[all.length - 4] = partial;
        all[all.length - 3] = widened;
        all[all.length - 2] = sums;
        all[all.length - 1] = exponentials;
        return all;
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 256, 512})
    void rowsOfWeightsInPlaceGiveTheProductOfTheWidenedRow(int bits) {
        RunKernels vector = vectors(bits).runs();
        RunKernels scalar = new ScalarKernels(16);
        float[] x = random(1);
        for (DType dtype : new DType[] {DType.F32, DType.BF16, DType.F16}) {
            for (int n = 0; n <= 270; n += n < 70 ? 1 : 13) {
                float[] row = weights(dtype, n);
                MemorySegment w = Arena.ofAuto().allocate(3 + dtype.bytes(n), 1);
                float[] ordered = new float[LENGTH + 64];
                for (int i = 0; i < n; i++) {
                    switch (dtype) {
                        case F32 -> w.set(Tensor.FLOAT, 3 + i * 4L, row[i]);
                        case BF16 -> w.set(Tensor.SHORT, 3 + i * 2L, (short) (Float.floatToRawIntBits(row[i]) >>> 16));
                        default -> w.set(Tensor.SHORT, 3 + i * 2L, Float.floatToFloat16(row[i]));
                    }
                    ordered[2 + (dtype == DType.F32 ? i : RunKernels.place(i))] = x[i];
                }
                float want = scalar.dot(row, 0, x, 0, n);
                assertThat(scalar.dotRow(dtype, w, 3, ordered, 2, n)).as("plain loops, %s, %d", dtype, n).isEqualTo(want);
                assertThat(vector.dotRow(dtype, w, 3, ordered, 2, n)).as("vectors, %s, %d", dtype, n).isEqualTo(want);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 256, 512})
    void blocksAreDecodedToTheSameBits(int bits) {
        RunKernels vector = vectors(bits).runs();
        for (DType dtype : DType.values()) {
            if (!BlockDecoder.has(dtype)) {
                continue;
            }
            for (int blocks : new int[] {1, 7, 8, 19}) {
                byte[] stored = new byte[3 + blocks * dtype.blockBytes()];
                new SplittableRandom(blocks).nextBytes(stored);
                float[] want = new float[5 + blocks * dtype.blockElements()];
                float[] got = want.clone();
                BlockDecoder.of(dtype).decode(stored, 3, blocks, want, 5);
                BlockDecoder.of(dtype, vector).decode(stored, 3, blocks, got, 5);
                assertThat(got).as("%s, %d blocks", dtype, blocks).isEqualTo(want);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 256, 512})
    void rowsOfBytesGiveTheProductOfTheDecodedRow(int bits) {
        RunKernels vector = vectors(bits).runs();
        RunKernels scalar = new ScalarKernels(16);
        for (int blocks = 0; blocks < 9; blocks++) {
            byte[] row = new byte[3 + blocks * DType.Q8_0.blockBytes()];
            new SplittableRandom(blocks).nextBytes(row);
            for (int b = 0; b < blocks; b++) {
                row[3 + b * DType.Q8_0.blockBytes() + 1] &= 0x3F;
            }
            float[] decoded = new float[blocks * 32];
            BlockDecoder.of(DType.Q8_0).decode(row, 3, blocks, decoded, 0);
            float want = scalar.dot(decoded, 0, random(1), 5, decoded.length);
            assertThat(scalar.dotBytes(row, 3, blocks, random(1), 5)).as("plain loops, %d blocks", blocks).isEqualTo(want);
            assertThat(vector.dotBytes(row, 3, blocks, random(1), 5)).as("vectors, %d blocks", blocks).isEqualTo(want);
        }
    }

    /** Numbers of which the dtype loses nothing, subnormal ones of F16 among them. */
    private static float[] weights(DType dtype, int n) {
        float[] row = java.util.Arrays.copyOf(random(2), n);
        for (int i = 0; i < n; i++) {
            switch (dtype) {
                case BF16 -> row[i] = Float.intBitsToFloat(Float.floatToRawIntBits(row[i]) & 0xFFFF_0000);
                case F16 -> row[i] = Float.float16ToFloat(Float.floatToFloat16(i % 5 == 0 ? row[i] * 1e-5f : row[i]));
                default -> { }
            }
        }
        return row;
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 256, 512})
    void infiniteWeightsOf16BitsStayInfinite(int bits) {
        RunKernels vector = vectors(bits).runs();
        MemorySegment w = Arena.ofAuto().allocate(128, 1);
        float[] x = new float[64];
        java.util.Arrays.fill(x, 1);
        w.set(Tensor.SHORT, 6, (short) 0xFC00);
        assertThat(vector.dotRow(DType.F16, w, 0, x, 0, 64)).isEqualTo(Float.NEGATIVE_INFINITY);
        w.set(Tensor.SHORT, 8, (short) 0x7C01);
        assertThat(vector.dotRow(DType.F16, w, 0, x, 0, 64)).isNaN();
        w.fill((byte) 0);
        w.set(Tensor.SHORT, 2, (short) 0x7F80);
        assertThat(vector.dotRow(DType.BF16, w, 0, x, 0, 64)).isEqualTo(Float.POSITIVE_INFINITY);
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 256, 512})
    void extremesInEveryFunction(int bits) {
        RunKernels vector = vectors(bits).runs();
        RunKernels scalar = new ScalarKernels(16);
        float[] extremes = {0f, -0f, 1e-40f, -1e-40f, 100, -100, 1e30f, -1e30f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN,
            88.72f, 88.73f, -87.33f, -87.34f, 10, -10, Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE};
        for (Activation f : Activation.values()) {
            float[] a = java.util.Arrays.copyOf(extremes, 64);
            float[] b = a.clone();
            vector.activate(f, a, 0, 64);
            scalar.activate(f, b, 0, 64);
            assertThat(a).as("%s", f).isEqualTo(b);
        }
        float[] a = java.util.Arrays.copyOf(extremes, 64);
        float[] b = a.clone();
        float[] sums = new float[RunKernels.LANES];
        float[] others = new float[RunKernels.LANES];
        vector.exp(a, 0, 64, 0, sums, 0);
        scalar.exp(b, 0, 64, 0, others, 0);
        assertThat(a).isEqualTo(b);
        assertThat(sums).isEqualTo(others);
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 256, 512})
    void tilesOfAllDepths(int bits) {
        TileKernel vector = ((ArrayBlocks) vectors(bits).blocks()).kernel();
        int columns = vector.columns();
        TileKernel scalar = new ScalarKernels(columns);
        SplittableRandom random = new SplittableRandom(5);
        float[] a = new float[TileKernel.ROWS * TileKernel.DEPTH + 3];
        float[] b = new float[TileKernel.DEPTH * columns + 5];
        for (float[] x : new float[][] {a, b}) {
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) random.nextDouble(-1, 1);
            }
        }
        int stride = columns + 9;
        for (int depth : new int[] {1, 2, 3, 31, 200, 256}) {
            float[] got = new float[TileKernel.ROWS * stride + 2];
            float[] want = got.clone();
            for (boolean add : new boolean[] {false, true}) {
                vector.multiply(depth, a, 3, b, 5, got, 2, stride, add);
                scalar.multiply(depth, a, 3, b, 5, want, 2, stride, add);
                assertThat(got).as("depth %d", depth).isEqualTo(want);
            }
            for (int i = 0; i < TileKernel.ROWS; i++) {
                for (int j = 0; j < columns; j++) {
                    double sum = 0;
                    for (int k = 0; k < depth; k++) {
                        sum += (double) a[3 + i * TileKernel.DEPTH + k] * b[5 + k * columns + j];
                    }
                    assertThat((double) got[2 + i * stride + j]).isCloseTo(2 * sum, offset(5e-5));
                }
            }
        }
    }
}
