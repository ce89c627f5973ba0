package io.github.x2i4j.engine.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.HostStorage;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.Repeated;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Work that is replayed gives what it gives op by op, takes nothing and waits for nothing, and says why where it is not replayed. */
class RepeatedTest {
    private static final int RUNS = 6;
    private static DeviceCode kernels;

    @BeforeAll
    static void compile() throws Exception {
        kernels = DeviceCode.load();
    }

    private static Tensor weight(Arena arena) {
        HostStorage storage = new HostStorage(arena.allocate(4 * 4 * 4));
        for (int i = 0; i < 16; i++) {
            storage.segment().setAtIndex(Tensor.FLOAT, i, i % 5 == 0 ? 1 : 0.25f);
        }
        return new Tensor(DType.F32, Shape.of(4, 4), storage, 0);
    }

    private static Tensor step(Scope f, Tensor x, Tensor t, Tensor weight) {
        try (Scope inner = f.scope()) {
            Tensor h = inner.linear(inner.add(x, t), weight, null, Epilogue.of(Activation.GELU_TANH));
            h = inner.attention(h.reshape(1, 2, 1, 4), h.reshape(1, 2, 1, 4), h.reshape(1, 2, 1, 4), 0.5f, new AttentionMask.Full(2), null);
            return inner.escape(inner.affine(h.reshape(2, 4), 0.5f, 0.125f));
        }
    }

    /** Steps that each take the result of the one before; other tensors come and go between them. */
    private static List<float[]> steps(Scope outer, Repeated.Work work, List<String> how, Runnable last) {
        List<float[]> results = new ArrayList<>();
        try (Scope f = outer.scope(); Repeated repeated = f.repeated(work)) {
            Tensor x = f.floats(new float[] {1, -2, 3, -4, 5, -6, 7, -8}, 2, 4);
            Tensor times = f.floats(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24}, RUNS, 4);
            List<Tensor> kept = new ArrayList<>();
            for (int i = 0; i < RUNS; i++) {
                Tensor v = repeated.run(x, f.slice(times, 0, i, i + 1).reshape(4));
                x = f.addScaled(x, 0.1f, v);
                kept.add(x);
                f.affine(x, 0, Float.NaN);
            }
            how.add(repeated.how());
            kept.forEach(t -> results.add(t.toFloats()));
            last.run();
        }
        return results;
    }

    @Test
    void aReplayGivesTheSameBits() {
        try (Arena arena = Arena.ofConfined()) {
            Tensor weight = weight(arena);
            FakeCuda cuda = new FakeCuda(kernels, 1L << 30);
            List<String> how = new ArrayList<>();
            try (Gpu gpu = Gpu.open(cuda, 0, Precision.F32); Scope f = new GpuScope(gpu, null)) {
                List<float[]> replayed = steps(f, (s, in) -> step(s, in.get(0), in.get(1), weight), how, () -> { });
                assertThat(cuda.graphLaunches()).isEqualTo(RUNS - 1);
                List<float[]> plain = steps(f, (s, in) -> {
                    s.floats(new float[] {1}, 1);
                    return step(s, in.get(0), in.get(1), weight);
                }, how, () -> { });
                assertThat(cuda.graphLaunches()).isEqualTo(RUNS - 1);
                for (int i = 0; i < RUNS; i++) {
                    assertThat(replayed.get(i)).as("run %d", i).containsExactly(plain.get(i));
                    assertThat(replayed.get(i)[0]).isNotNaN();
                }
                assertThat(how).containsExactly("replayed as one graph", "given to the GPU op by op: values come from the host");
            }
            assertThat(cuda.leftovers()).isEqualTo(new FakeCuda(kernels, 0).leftovers());
        }
    }

    @Test
    void laterRunsAllocateNothingAndWaitForNothing() {
        try (Arena arena = Arena.ofConfined()) {
            Tensor weight = weight(arena);
            FakeCuda cuda = new FakeCuda(kernels, 1L << 30);
            long[] counts = new long[2];
            try (Gpu gpu = Gpu.open(cuda, 0, Precision.F32); Scope f = new GpuScope(gpu, null); Scope inner = f.scope();
                    Repeated repeated = inner.repeated((s, in) -> step(s, in.get(0), in.get(0), weight))) {
                Tensor x = inner.zeros(2, 4);
                for (int i = 0; i < RUNS; i++) {
                    repeated.run(x);
                    if (i == 0) {
                        counts[0] = cuda.allocations();
                        counts[1] = cuda.waits();
                    }
                }
                assertThat(cuda.allocations()).isEqualTo(counts[0]);
                assertThat(cuda.waits()).isEqualTo(counts[1]);
                assertThat(repeated.how()).isEqualTo("replayed as one graph");
            }
        }
    }

    @Test
    void whereTheDeviceTakesNoGraphWorkIsDoneOpByOp() {
        try (Arena arena = Arena.ofConfined()) {
            Tensor weight = weight(arena);
            List<String> how = new ArrayList<>();
            List<float[]> whole;
            try (Gpu gpu = Gpu.open(new FakeCuda(kernels, 1L << 30), 0, Precision.F32); Scope f = new GpuScope(gpu, null)) {
                whole = steps(f, (s, in) -> step(s, in.get(0), in.get(1), weight), how, () -> { });
            }
            FakeCuda cuda = new FakeCuda(kernels, 1L << 30);
            cuda.refuseGraphs();
            try (Gpu gpu = Gpu.open(cuda, 0, Precision.F32); Scope f = new GpuScope(gpu, null)) {
                List<float[]> plain = steps(f, (s, in) -> step(s, in.get(0), in.get(1), weight), how, () -> { });
                for (int i = 0; i < RUNS; i++) {
                    assertThat(plain.get(i)).containsExactly(whole.get(i));
                }
            }
            assertThat(how.get(1)).startsWith("given to the GPU op by op: the device takes no graph of it: ").contains("(900)");
            assertThat(cuda.leftovers()).isEqualTo(new FakeCuda(kernels, 0).leftovers());
        }
    }

    @Test
    void everyCallMayFailAndNothingStaysBehind() {
        try (Arena arena = Arena.ofConfined()) {
            Tensor weight = weight(arena);
            FakeCuda counted = new FakeCuda(kernels, 1L << 30);
            long[] last = new long[1];
            try (Gpu gpu = Gpu.open(counted, 0, Precision.F32); Scope f = new GpuScope(gpu, null)) {
                steps(f, (s, in) -> step(s, in.get(0), in.get(1), weight), new ArrayList<>(), () -> last[0] = counted.calls());
            }
            long calls = last[0];
            int failed = 0;
            for (long n = 40; n < calls; n += 3) {
                FakeCuda cuda = new FakeCuda(kernels, 1L << 30);
                cuda.failAfter(n, 700);
                Throwable thrown = catchThrowable(() -> {
                    try (Gpu gpu = Gpu.open(cuda, 0, Precision.F32); Scope f = new GpuScope(gpu, null)) {
                        steps(f, (s, in) -> step(s, in.get(0), in.get(1), weight), new ArrayList<>(), () -> { });
                    }
                });
                assertThat(thrown).as("call %d of %d fails", n, calls).isInstanceOf(CudaException.class).hasMessageContaining("(700)");
                failed++;
                assertThat(cuda.leftovers()).as("after call %d of %d failed", n, calls).isEqualTo(new FakeCuda(kernels, 0).leftovers());
            }
            assertThat(failed).isPositive();
        }
    }
}
