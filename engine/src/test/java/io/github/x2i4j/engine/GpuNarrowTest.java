package io.github.x2i4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.engine.gpu.DeviceCode;
import io.github.x2i4j.engine.gpu.FakeCuda;
import io.github.x2i4j.engine.gpu.Gpu;
import io.github.x2i4j.engine.gpu.GpuScope;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With the precision BF16, what products and attention will round is stored rounded on a GPU, and every op takes that. */
class GpuNarrowTest {
    /** Relative error in the L2 norm of one op whose operands and result are rounded, by 2^-9 at most each; a softmax makes it more. */
    private static final double OP_BOUND = 8e-3;
    /** That of a block of a dozen ops in a row. */
    private static final double BLOCK_BOUND = 1e-2;
    private static final int TOKENS = 40;
    private static final int HEADS = 2;
    private static final int CHANNELS = 128;
    private static final int WIDTH = HEADS * CHANNELS;

    @Test
    void everyOpIsCloseToTheDefinition() throws Exception {
        try (Gpu gpu = Gpu.open(new FakeCuda(DeviceCode.load(), 1L << 30), 0, Precision.BF16)) {
            for (OpCase c : OpCases.all()) {
                try (Scope f = new GpuScope(gpu, null)) {
                    OpCase.Result result = c.run(f);
                    assertThat(difference(result.got().toFloats(), result.want())).as(c.name()).isLessThan(OP_BOUND);
                }
            }
        }
    }

    /** The ops of a single block of FLUX's transformer. */
    private static Tensor block(Scope f, Tensor z, Map<String, Tensor> w) {
        Tensor n = f.layerNormModulated(z, w.get("scale"), w.get("shift"), 1e-6f);
        Tensor q = turned(f, f.linear(n, w.get("q"), w.get("b")), w);
        Tensor k = turned(f, f.linear(n, w.get("k"), w.get("b")), w);
        Tensor v = f.linear(n, w.get("v"), w.get("b")).reshape(1, TOKENS, HEADS, CHANNELS);
        Tensor attended = f.attention(q, k, v, 0.09f, new AttentionMask.Full(TOKENS), null).reshape(1, TOKENS, WIDTH);
        Tensor mlp = f.linear(n, w.get("up"), null, Epilogue.of(Activation.GELU_TANH));
        Tensor joined = f.concat(2, attended, mlp);
        Tensor rest = f.slice(joined, 2, WIDTH, 3 * WIDTH);
        joined = f.concat(2, f.slice(joined, 2, 0, WIDTH), rest);
        return f.linear(joined, w.get("down"), w.get("b"), Epilogue.gated(w.get("gate"), z));
    }

    private static Tensor turned(Scope f, Tensor x, Map<String, Tensor> w) {
        return f.rope(f.rmsNorm(x.reshape(1, TOKENS, HEADS, CHANNELS), w.get("norm"), 1e-6f), w.get("cos"), w.get("sin"), RopeStyle.INTERLEAVED);
    }

    private static Tensor z(Scope f, Map<String, Tensor> w) {
        OpCase.Operands in = new OpCase.Operands(new Random(OpCase.SEED));
        weight(f, w, in, "q", WIDTH, WIDTH);
        weight(f, w, in, "k", WIDTH, WIDTH);
        weight(f, w, in, "v", WIDTH, WIDTH);
        weight(f, w, in, "up", 2 * WIDTH, WIDTH);
        weight(f, w, in, "down", WIDTH, 3 * WIDTH);
        w.put("b", f.floats(in.normal(WIDTH, DType.BF16), WIDTH));
        w.put("norm", f.floats(in.normal(CHANNELS), CHANNELS));
        for (String name : new String[] {"cos", "sin"}) {
            w.put(name, f.floats(in.normal(TOKENS * CHANNELS / 2), TOKENS, CHANNELS / 2));
        }
        for (String name : new String[] {"scale", "shift", "gate"}) {
            w.put(name, f.floats(in.normal(WIDTH), 1, WIDTH));
        }
        return f.floats(in.normal(TOKENS * WIDTH), 1, TOKENS, WIDTH);
    }

    private static void weight(Scope f, Map<String, Tensor> w, OpCase.Operands in, String name, int rows, int columns) {
        w.put(name, f.cast(f.affine(f.floats(in.normal(rows * columns), rows, columns), (float) (1 / Math.sqrt(columns)), 0), DType.BF16));
    }

    /** No activation is stored as F32 between the first norm and the last product, and every op is one kernel. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBlockStaysNarrow(boolean light) throws Exception {
        double[] want;
        try (Engine e = Engine.open(new EngineOptions(EngineOptions.KernelChoice.SCALAR, 0, 1)); Scope f = e.scope()) {
            Map<String, Tensor> w = new HashMap<>();
            float[] y = block(f, z(f, w), w).toFloats();
            want = new double[y.length];
            for (int i = 0; i < y.length; i++) {
                want[i] = y[i];
            }
        }
        FakeCuda cuda = new FakeCuda(DeviceCode.load(), 1L << 30);
        if (!light) {
            cuda.withoutLight();
        }
        try (Gpu gpu = Gpu.open(cuda, 0, Precision.BF16); Scope f = new GpuScope(gpu, null)) {
            Map<String, Tensor> w = new HashMap<>();
            Tensor z = z(f, w);
            Map<String, Integer> before = cuda.launches();
            float[] got = block(f, z, w).toFloats();
            Map<String, Integer> launches = cuda.launches();
            before.forEach((kernel, count) -> launches.merge(kernel, -count, Integer::sum));
            launches.values().removeIf(count -> count == 0);
            assertThat(difference(got, want)).isBetween(1e-5, BLOCK_BOUND);
            // The only thing that is rounded on its own is the bias of three products.
            Map<String, Integer> expected = new HashMap<>(Map.of("row_norm_warp", 3, "rope", 2, "attention_tensor_128", 1,
                    "copy_runs_16", 6, "finish_product", light ? 1 : 5));
            if (light) {
                expected.put("narrow_rows", 3);
            }
            assertThat(launches).isEqualTo(expected);
        }
    }

    /** A refusal of cuBLASLt is no error: cuBLAS computes, and the notes say so. */
    @ParameterizedTest
    @ValueSource(strings = {"cublasLtMatmulAlgoGetHeuristic", "cublasLtMatmul"})
    void whatCublasLtRefusesCublasComputes(String call) throws Exception {
        FakeCuda cuda = new FakeCuda(DeviceCode.load(), 1L << 30);
        try (Gpu gpu = Gpu.open(cuda, 0, Precision.F32); Scope f = new GpuScope(gpu, null)) {
            cuda.fail(call, 7, true);
            Tensor y = f.linear(f.floats(new float[] {1, 2, 3, 4}, 2, 2), f.floats(new float[] {1, 0, 1, 1}, 2, 2), f.floats(new float[] {5, 6}, 2));
            assertThat(y.toFloats()).containsExactly(6, 9, 8, 13);
            assertThat(gpu.notes()).hasSize(1).first().asString().contains("cuBLASLt refused", call);
        }
        assertThat(cuda.leftovers()).isEqualTo(new FakeCuda(DeviceCode.load(), 0).leftovers());
    }

    /** What cuBLASLt gets wrong is seen when the device is opened. */
    @ParameterizedTest
    @ValueSource(strings = {"BF16", "FP8"})
    void productsThatAreWrongAreNotUsed(Precision precision) throws Exception {
        FakeCuda cuda = new FakeCuda(DeviceCode.load(), 1L << 30).withCapability(89).withWrongProducts();
        try (Gpu gpu = Gpu.open(cuda, 0, precision); Scope f = new GpuScope(gpu, null)) {
            Tensor y = f.linear(f.floats(new float[] {1, 2, 3, 4}, 2, 2), f.floats(new float[] {1, 0, 1, 1}, 2, 2), f.floats(new float[] {5, 6}, 2));
            assertThat(y.toFloats()).containsExactly(6, 9, 8, 13);
            assertThat(gpu.notes()).anySatisfy(note -> assertThat(note).contains("cuBLASLt is not used", "off by"));
        }
    }

    private static double difference(float[] got, double[] want) {
        double norm = 0;
        double error = 0;
        for (int i = 0; i < want.length; i++) {
            norm += want[i] * want[i];
            error += (got[i] - want[i]) * (got[i] - want[i]);
        }
        return Math.sqrt(error / Math.max(norm, 1e-6 * want.length));
    }
}
