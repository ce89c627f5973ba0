package io.github.x2i4j.engine.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.ConvSpec;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.HostStorage;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.X2iException;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a user sees when the device fails, and that nothing stays behind. */
class GpuFailureTest {
    private static final String NOTHING = "0 allocations, 0 pinned, 0 streams, 0 events, 0 modules, 0 plans, 0 graphs, 0 contexts";
    private static DeviceCode kernels;

    @BeforeAll
    static void compile() throws Exception {
        kernels = DeviceCode.load();
    }

    /** Ops of all kinds, with a weight on the host, in memory that must be shared. */
    private static float[] work(Gpu gpu, HostStorage weight) {
        try (Scope f = new GpuScope(gpu, null)) {
            Tensor w = new Tensor(DType.BF16, Shape.of(4, 4), weight, 0);
            Tensor x = f.floats(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 4);
            Tensor y;
            try (Scope inner = f.scope()) {
                Tensor h = inner.linear(x, w, null, Epilogue.of(Activation.SILU));
                h = inner.attention(h.reshape(1, 2, 1, 4), h.reshape(1, 2, 1, 4), h.reshape(1, 2, 1, 4), 0.5f,
                        AttentionMask.segments(new int[] {0, 1, 2}), null);
                h = inner.conv2d(h.reshape(1, 4, 1, 2), w.reshape(4, 4, 1, 1), null, ConvSpec.padded(0), Epilogue.NONE);
                h = inner.concat(0, h, inner.gatherRows(w, new long[] {3, 1}).reshape(1, 4, 1, 2)).rows(0, 1);
                y = inner.escape(inner.groupNorm(h, 2, inner.zeros(4), inner.floats(new float[] {1, 2, 3, 4}, 4), 1e-5f,
                        Activation.RELU));
            }
            return f.add(y, y).toFloats();
        }
    }

    private static HostStorage weight(Arena arena) {
        return new HostStorage(arena.allocate(4 * 4 * 2));
    }

    /** Without cuBLASLt there is no workspace to be poisoned, which is what takes most of a session's time. */
    private static FakeCuda small() {
        return new FakeCuda(kernels, 1L << 30).withoutLight();
    }

    /** Opens a device, computes and closes. */
    private static void session(FakeCuda cuda, Arena arena) {
        try (Gpu gpu = Gpu.open(cuda, 0, Precision.F32)) {
            assertThat(work(gpu, weight(arena))).containsExactly(2, 2, 4, 4, 6, 6, 8, 8);
        }
    }

    @Test
    void everyCallMayFailAndNothingStaysBehind() {
        try (Arena arena = Arena.ofConfined()) {
            FakeCuda counted = new FakeCuda(kernels, 1L << 30);
            session(counted, arena);
            assertThat(counted.leftovers()).isEqualTo(NOTHING);
            assertThat(counted.called()).contains("cuDeviceGetCount", "cuDeviceGetAttribute", "cuDevicePrimaryCtxRetain", "cuCtxSetCurrent",
                    "cuStreamCreate", "cublasCreate", "cuModuleLoadData", "cuModuleGetFunction", "cuMemAllocHost", "cuEventCreate", "cuMemAlloc",
                    "cuMemcpyHtoDAsync", "cuEventRecord", "cuEventSynchronize", "cuMemsetD32Async", "cuMemcpyDtoDAsync", "cuLaunchKernel",
                    "cublasGemmEx", "cublasLtMatmulAlgoGetHeuristic", "cublasLtMatmul", "cuMemcpyDtoHAsync", "cuStreamSynchronize", "cuMemFree",
                    "cublasLtMatmulDescDestroy", "cuEventDestroy", "cuMemFreeHost", "cuModuleUnload", "cublasDestroy", "cuStreamDestroy",
                    "cuDevicePrimaryCtxRelease");
            for (long n = 0; n < counted.calls(); n++) {
                FakeCuda cuda = new FakeCuda(kernels, 1L << 30);
                cuda.failAfter(n, 700);
                Throwable thrown = catchThrowable(() -> session(cuda, arena));
                assertThat(thrown).as("call %d of %d fails", n, counted.calls()).isInstanceOf(CudaException.class)
                        .hasMessageContaining("(700)");
                assertThat(leftBeside(cuda, thrown.getMessage())).as("after call %d of %d failed: %s", n, counted.calls(), thrown.getMessage())
                        .isEqualTo(NOTHING);
                assertThat(cuda.closed).isTrue();
            }
        }
    }

    /** Opening a device for BF16 tries kernels in a context of their own. That may fail, too, and then only costs speed. */
    @Test
    void theTrialOfKernelsMayFailAtAnyCall() {
        FakeCuda counted = new FakeCuda(kernels, 1L << 30);
        String best = described(counted);
        int slower = 0;
        for (long n = 0; n < counted.calls(); n += Math.max(1, counted.calls() / 40)) {
            FakeCuda cuda = new FakeCuda(kernels, 1L << 30);
            cuda.failAfter(n, 1);
            String description = "";
            Throwable thrown = null;
            try {
                description = described(cuda);
            } catch (CudaException e) {
                thrown = e;
            }
            slower += thrown == null && !description.equals(best) ? 1 : 0;
            assertThat(leftBeside(cuda, thrown == null ? description : thrown.getMessage()))
                    .as("after call %d of %d failed: %s %s", n, counted.calls(), description, thrown).isEqualTo(NOTHING);
            assertThat(cuda.closed).isTrue();
        }
        assertThat(slower).isGreaterThan(5);
    }

    private static String described(FakeCuda cuda) {
        try (Gpu gpu = Gpu.open(cuda, 0, Precision.BF16)) {
            return gpu.description() + gpu.notes();
        }
    }

    /** What is left beside what the device did not take back when it was asked to; nobody asks again. */
    private static String leftBeside(FakeCuda cuda, String failure) {
        return failure.matches("(?s).*(cuMemFree|cuMemFreeHost|cu\\w*Destroy|cuModuleUnload) failed.*") ? cuda.leftovers().replaceFirst("\\b1 ", "0 ")
                : cuda.leftovers();
    }

    /** As after a kernel's fault: from some call on, all fail. Everything is given back as far as it can be, and the first failure is told. */
    @Test
    void aDeviceMayBreakAtEveryCall() {
        try (Arena arena = Arena.ofConfined()) {
            FakeCuda counted = small();
            session(counted, arena);
            for (long n = 0; n < counted.calls(); n++) {
                FakeCuda cuda = small();
                cuda.breakAfter(n, 719);
                assertThatThrownBy(() -> session(cuda, arena)).as("the device breaks at call %d of %d", n, counted.calls())
                        .isInstanceOf(CudaException.class).hasMessageContaining("(719)");
                assertThat(cuda.leftovers()).endsWith(" 0 contexts");
                assertThat(cuda.closed).isTrue();
            }
        }
    }

    @Test
    void workMayGoWrongLongAfterItWasGiven() {
        try (Arena arena = Arena.ofConfined()) {
            FakeCuda counted = small();
            session(counted, arena);
            for (long n = 0; n < counted.works(); n++) {
                FakeCuda cuda = small();
                cuda.faultAfter(n);
                Gpu gpu = Gpu.open(cuda, 0, Precision.F32);
                for (int again = 0; again < 2; again++) {
                    assertThatThrownBy(() -> work(gpu, weight(arena))).as("work %d of %d goes wrong", n, counted.works())
                            .isInstanceOf(CudaException.class).hasMessageContaining("(719)");
                }
                assertThatThrownBy(gpu::close).isInstanceOf(CudaException.class);
                gpu.close();
                assertThat(cuda.leftovers()).endsWith(" 0 contexts");
                assertThat(cuda.closed).isTrue();
            }
        }
    }

    @Test
    void memoryMayRunOutAtEveryAllocation() {
        try (Arena arena = Arena.ofConfined()) {
            FakeCuda counted = new FakeCuda(kernels, 1L << 30);
            session(counted, arena);
            int refused = 0;
            for (long bytes = 256; bytes < counted.peak(); bytes += bytes < 1 << 16 ? 256 : 1 << 20) {
                FakeCuda cuda = new FakeCuda(kernels, bytes);
                Throwable thrown = catchThrowable(() -> session(cuda, arena));
                if (thrown != null) {
                    refused++;
                    assertThat(thrown).as("with %d bytes", bytes).isInstanceOf(OutOfDeviceMemoryException.class)
                            .hasMessageContaining("are needed and").hasMessageContaining("--device cpu");
                }
                assertThat(cuda.leftovers()).as("with %d bytes", bytes).isEqualTo(NOTHING);
            }
            assertThat(refused).isGreaterThan(20);
        }
    }

    @Test
    void theEngineStaysUsableAfterACallFailed() {
        try (Arena arena = Arena.ofConfined()) {
            FakeCuda cuda = new FakeCuda(kernels, 1L << 30);
            try (Gpu gpu = Gpu.open(cuda, 0, Precision.F32)) {
                // The weights of these two stay on the device.
                work(gpu, weight(arena));
                long before = cuda.calls();
                work(gpu, weight(arena));
                long calls = cuda.calls() - before;
                long held = gpu.usage().inUse();
                int failed = 0;
                for (long n = 0; n < calls; n++) {
                    HostStorage weight = weight(arena);
                    cuda.failAfter(n, 1);
                    Throwable thrown = catchThrowable(() -> work(gpu, weight));
                    cuda.failAfter(Long.MAX_VALUE / 2, 0);
                    // What was freed after a failure is allocated again, so not all runs make as many calls.
                    assertThat(thrown).as("call %d of %d fails", n, calls).satisfiesAnyOf(
                            t -> assertThat(t).isNull(), t -> assertThat(t).isInstanceOf(CudaException.class));
                    failed += thrown == null ? 0 : 1;
                    assertThat(work(gpu, weight)).containsExactly(2, 2, 4, 4, 6, 6, 8, 8);
                    weight.release();
                    assertThat(gpu.usage().inUse()).as("call %d of %d failed", n, calls).isEqualTo(held);
                }
                assertThat(failed).isGreaterThan((int) calls / 2);
            }
        }
    }

    @Test
    void tooLittleMemoryIsSaidInBytesAndLeavesTheDeviceUsable() {
        FakeCuda cuda = new FakeCuda(kernels, 64L << 20);
        try (Gpu gpu = Gpu.open(cuda, 0, Precision.F32); Scope f = new GpuScope(gpu, null)) {
            Tensor kept = f.zeros(1 << 20);
            assertThatThrownBy(() -> f.empty(DType.F32, 100L << 20)).isInstanceOf(OutOfDeviceMemoryException.class)
                    .hasMessageContaining("400 MiB are needed").hasMessageContaining("of 64 MiB are free").hasMessageContaining("--device cpu");
            assertThat(f.affine(kept, 1, 3).getFloat(77)).isEqualTo(3);
        }
    }

    @Test
    void weightsMakeRoomForOthersAndAreLoadedAgain() {
        long half = 12L << 20;
        try (Arena arena = Arena.ofConfined()) {
            HostStorage[] weights = new HostStorage[4];
            for (int i = 0; i < weights.length; i++) {
                weights[i] = new HostStorage(arena.allocate(half));
                weights[i].segment().setAtIndex(Tensor.FLOAT, 5, i + 1);
            }
            FakeCuda cuda = new FakeCuda(kernels, 45L << 20);
            try (Gpu gpu = Gpu.open(cuda, 0, Precision.F32)) {
                for (int round = 0; round < 2; round++) {
                    for (int i = 0; i < weights.length; i++) {
                        try (Scope f = new GpuScope(gpu, null)) {
                            Tensor w = new Tensor(DType.F32, Shape.of(half / 4), weights[i], 0);
                            assertThat(f.affine(w, 2, 0).getFloat(5)).isEqualTo(2 * (i + 1));
                        }
                    }
                }
                assertThat(cuda.allocated()).isLessThanOrEqualTo(45L << 20);
            }
            assertThat(cuda.leftovers()).isEqualTo(NOTHING);
        }
    }

    @Test
    void aLostDeviceIsATypedErrorEverywhere() {
        FakeCuda cuda = new FakeCuda(kernels, 64L << 20);
        assertThatThrownBy(() -> {
            try (Gpu gpu = Gpu.open(cuda, 0, Precision.F32); Scope f = new GpuScope(gpu, null)) {
                Tensor x = f.zeros(8);
                cuda.lose();
                f.affine(x, 1, 1);
            }
        }).isInstanceOf(X2iException.class).hasMessageContaining("not available");
        assertThat(cuda.closed).isTrue();
    }

    @Test
    void aMissingDeviceIsNamed() {
        FakeCuda cuda = new FakeCuda(kernels, 64L << 20);
        assertThatThrownBy(() -> Gpu.open(cuda, 3, Precision.F32)).hasMessageContaining("no CUDA device 3").hasMessageContaining("0 to 0");
        assertThat(cuda.closed).isTrue();
    }
}
