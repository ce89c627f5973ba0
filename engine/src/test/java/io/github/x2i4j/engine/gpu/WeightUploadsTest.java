package io.github.x2i4j.engine.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.x2i4j.engine.BlockUploads;
import io.github.x2i4j.engine.BlockUploads.Piece;
import io.github.x2i4j.engine.BlockUploads.Upload;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.HostStorage;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights come block by block, each when its ops need it, and never while other ops still use the memory that they come to. */
class WeightUploadsTest {
    private static final int BLOCKS = 7;
    /** More than a pinned buffer holds, and no whole number of them. */
    private static final int LARGE = 5_000_003;
    private static final int SMALL = 5;
    private static DeviceCode kernels;

    @BeforeAll
    static void compile() throws Exception {
        kernels = DeviceCode.load();
    }

    private static HostStorage weights(Arena arena, int block, int large) {
        HostStorage storage = new HostStorage(arena.allocate(4L * (SMALL + large), 4));
        for (int i = 0; i < SMALL + large; i++) {
            storage.segment().setAtIndex(Tensor.FLOAT, i, block * 1000 + i % 1000);
        }
        return storage;
    }

    private static List<Piece> pieces(HostStorage s) {
        return List.of(new Piece(s, 0, 4 * SMALL), new Piece(s, 4 * SMALL, s.byteSize() - 4 * SMALL));
    }

    /** Twice the last elements of both weights of each block, read when all is done; and which blocks stay. */
    private static List<Float> stream(Gpu gpu, Arena arena, int large, int staying, Runnable last) {
        List<HostStorage> hosts = new ArrayList<>();
        for (int b = 0; b < BLOCKS; b++) {
            hosts.add(weights(arena, b, large));
        }
        List<Float> results = new ArrayList<>();
        try (Scope f = new GpuScope(gpu, null); BlockUploads uploads = gpu.uploads(BlockUploads.bytes(pieces(hosts.getFirst())))) {
            List<Tensor> made = new ArrayList<>();
            Upload next = uploads.begin(pieces(hosts.getFirst()), false);
            for (int b = 0; b < BLOCKS; b++) {
                Upload block = next;
                HostStorage host = hosts.get(b);
                block.require();
                next = b + 1 == BLOCKS ? null : uploads.begin(pieces(hosts.get(b + 1)), b + 1 == staying);
                Tensor small = new Tensor(DType.F32, Shape.of(SMALL), host, 0);
                Tensor rest = new Tensor(DType.F32, Shape.of(large), host, 4 * SMALL);
                made.add(f.affine(small, 2, 0));
                try (Scope inner = f.scope()) {
                    made.add(f.affine(inner.slice(inner.affine(rest, 2, 0), 0, large - 1, large), 1, 0));
                }
                block.release();
            }
            for (int b = 0; b < BLOCKS; b++) {
                results.add(made.get(2 * b).getFloat(SMALL - 1));
                results.add(made.get(2 * b + 1).getFloat(0));
            }
            last.run();
        }
        return results;
    }

    private static List<Float> expected(int large) {
        List<Float> all = new ArrayList<>();
        for (int b = 0; b < BLOCKS; b++) {
            all.add(2f * (b * 1000 + SMALL - 1));
            all.add(2f * (b * 1000 + (SMALL + large - 1) % 1000));
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void blocksComeInTimeAndNotTooEarly(boolean hasty) {
        try (Arena arena = Arena.ofShared()) {
            FakeCuda cuda = new FakeCuda(kernels, 1L << 30);
            if (hasty) {
                cuda.beHasty();
            }
            try (Gpu gpu = Gpu.open(cuda, 0, Precision.F32)) {
                assertThat(stream(gpu, arena, LARGE, 2, () -> { })).containsExactlyElementsOf(expected(LARGE));
                assertThat(cuda.peak()).as("two slots, a block that stays, two tensors and small change")
                        .isLessThan(3 * (4L * LARGE + 1024) + 2 * 4L * LARGE * 5 / 4 + (1 << 20));
                assertThat(gpu.usage().allocated()).isEqualTo(cuda.allocated());
            }
            assertThat(cuda.leftovers()).isEqualTo(new FakeCuda(kernels, 0).leftovers());
            assertThat(Thread.getAllStackTraces().keySet()).noneMatch(t -> t.getName().equals(WeightUploads.THREAD) && t.isAlive());
        }
    }

    @Test
    void whereWeightsDoNotFitTheOptionThatHelpsIsNamed() {
        try (Arena arena = Arena.ofShared(); Gpu gpu = Gpu.open(new FakeCuda(kernels, 64L << 20), 0, Precision.F32);
                Scope f = new GpuScope(gpu, null)) {
            Tensor weight = new Tensor(DType.F32, Shape.of(1 << 14, 1 << 10), new HostStorage(arena.allocate(64L << 20)), 0);
            assertThatThrownBy(() -> f.linear(f.zeros(1, 1 << 10), weight, null)).isInstanceOf(OutOfDeviceMemoryException.class)
                    .hasMessageContaining("64 MiB are needed").hasMessageContaining("--max-vram").hasMessageContaining("--device cpu");
            assertThatThrownBy(() -> f.zeros(1 << 25)).isInstanceOf(OutOfDeviceMemoryException.class).hasMessageNotContaining("--max-vram");
        }
    }

    @Test
    void everyCallMayFailWhileBlocksComeAndNothingStaysBehind() {
        try (Arena arena = Arena.ofShared()) {
            FakeCuda counted = new FakeCuda(kernels, 1L << 30);
            long[] last = new long[1];
            try (Gpu gpu = Gpu.open(counted, 0, Precision.F32)) {
                long before = counted.calls();
                assertThat(stream(gpu, arena, 100, -1, () -> last[0] = counted.calls() - before)).containsExactlyElementsOf(expected(100));
            }
            long calls = last[0];
            int failed = 0;
            for (long n = 0; n < calls; n += 1 + calls / 40) {
                FakeCuda cuda = new FakeCuda(kernels, 1L << 30);
                try (Gpu gpu = Gpu.open(cuda, 0, Precision.F32)) {
                    cuda.failAfter(n, 700);
                    Throwable thrown = catchThrowable(() -> stream(gpu, arena, 100, -1, () -> { }));
                    cuda.failAfter(Long.MAX_VALUE / 2, 0);
                    assertThat(thrown).as("call %d of %d fails", n, calls).isInstanceOf(CudaException.class).hasMessageContaining("(700)");
                    failed++;
                    assertThat(stream(gpu, arena, 100, -1, () -> { })).as("after call %d failed", n).containsExactlyElementsOf(expected(100));
                }
                assertThat(cuda.leftovers()).as("after call %d of %d failed", n, calls).isEqualTo(new FakeCuda(kernels, 0).leftovers());
            }
            assertThat(failed).isPositive();
        }
    }
}
