package io.github.x2i4j.tests.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.demo.DemoBundle;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.FakeGpu;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.gpu.DeviceCode;
import io.github.x2i4j.engine.gpu.FakeCuda;
import io.github.x2i4j.model.X2i;
import io.github.x2i4j.model.X2iPicture;
import io.github.x2i4j.model.X2iRequest;
import io.github.x2i4j.model.memory.MemoryBudget;
import io.github.x2i4j.model.memory.MemoryPlan;
import io.github.x2i4j.model.memory.MemoryPlan.Mode;
import io.github.x2i4j.model.nn.BlockHook.Place;
import io.github.x2i4j.model.pipeline.Bundle;
import io.github.x2i4j.model.pipeline.CancelledException;
import io.github.x2i4j.model.pipeline.Progress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Plans of a GPU's memory against what a device then holds, and budgets that are kept or refused, on the demo bundle. */
class GpuMemoryBudgetTest {
    private static final long NO_LIMIT = 1L << 50;
    private static final long DEVICE = 4L << 30;
    private static final X2iRequest.Builder REQUEST = X2iRequest.builder().text("red apple").size(32, 32).steps(2).seed(7);
    private static Bundle bundle;
    private static DeviceCode kernels;

    @BeforeAll
    static void open() throws Exception {
        kernels = DeviceCode.load();
        bundle = Bundle.open(DemoBundle.unpack());
    }

    private static MemoryPlan plan(long budget) {
        try (Engine engine = Engine.imaginedGpu(Precision.F32); X2i x2i = X2i.open(bundle, engine, new MemoryBudget(budget))) {
            return x2i.plan(REQUEST.build());
        }
    }

    /** Draws on a device, which must hold no more than the budget. */
    private static byte[] draw(FakeCuda cuda, long budget, Progress progress) {
        return draw(cuda, budget, REQUEST.build(), progress).getFirst().image().rgb();
    }

    private static List<X2iPicture> draw(FakeCuda cuda, long budget, X2iRequest request, Progress progress) {
        try (Engine engine = FakeGpu.open(cuda, Precision.F32); X2i x2i = X2i.open(bundle, engine, new MemoryBudget(budget))) {
            List<X2iPicture> pictures;
            try {
                pictures = x2i.generate(request, progress).pictures();
            } finally {
                assertThat(engine.memory().inUse()).isZero();
            }
            assertThat(cuda.peak()).isLessThanOrEqualTo(budget - plan(budget).overhead().bytes());
            return pictures;
        } finally {
            assertThat(cuda.leftovers()).isEqualTo(new FakeCuda(kernels, 0).leftovers());
        }
    }

    private static FakeCuda cuda(boolean hasty) {
        FakeCuda cuda = new FakeCuda(kernels, DEVICE);
        if (hasty) {
            cuda.beHasty();
        }
        return cuda;
    }

    /** Notes what steps cost, and how they were done. */
    private static final class Notes implements Progress {
        private final FakeCuda cuda;
        private final List<Long> taken = new ArrayList<>();
        private final List<String> how = new ArrayList<>();
        private String stage;

        Notes(FakeCuda cuda) {
            this.cuda = cuda;
        }

        @Override
        public void stage(String name, int steps) {
            stage = name;
        }

        @Override
        public void step(int done) {
            if (stage.equals("denoise")) {
                taken.add(cuda.allocations() + cuda.waits());
            }
        }

        @Override
        public void method(String method) {
            how.add(method);
        }
    }

    @Test
    void weightsThatStreamDrawTheSamePictureWithinTheBudget() {
        MemoryPlan free = plan(NO_LIMIT);
        assertThat(free.stages()).allMatch(s -> s.mode() == Mode.RESIDENT);
        FakeCuda ample = cuda(false);
        Notes notes = new Notes(ample);
        byte[] resident = draw(ample, NO_LIMIT, notes);
        long stages = free.stages().stream().mapToLong(s -> s.planned() - free.overhead().bytes()).sum();
        assertThat(ample.peak()).isBetween(free.peak() - free.overhead().bytes() - (1 << 20), stages);
        assertThat(notes.how).containsExactly("replayed as one graph");
        assertThat(ample.graphLaunches()).isEqualTo(1);
        assertThat(notes.taken).as("memory taken and waits up to each step").hasSize(2).containsOnly(notes.taken.getFirst());

        FakeCuda twice = cuda(true);
        List<X2iPicture> both = draw(twice, NO_LIMIT, X2iRequest.builder().text("red apple").size(32, 32).steps(2).seed(7).count(2).build(),
                Progress.NONE);
        assertThat(both.getFirst().image().rgb()).containsExactly(resident);
        assertThat(twice.uploaded()).as("weights come once").isLessThan(ample.uploaded() * 11 / 10);

        MemoryPlan tight = plan(free.least());
        assertThat(tight.missing()).isZero();
        assertThat(tight.stages()).filteredOn(s -> s.name().equals("denoise")).allMatch(s -> s.mode() != Mode.RESIDENT);
        FakeCuda small = cuda(true);
        Notes streamed = new Notes(small);
        assertThat(draw(small, free.least(), streamed)).containsExactly(resident);
        assertThat(streamed.how).containsExactly("given to the GPU op by op: weights stream to the GPU block by block");

        long between = (free.least() + free.peak()) / 2;
        MemoryPlan.Stage denoise = plan(between).stages().stream().filter(s -> s.name().equals("denoise")).findFirst().orElseThrow();
        assertThat(denoise.mode()).isEqualTo(Mode.STREAMED);
        assertThat(denoise.pinned()).isPositive();
        assertThat(draw(cuda(false), between, Progress.NONE)).containsExactly(resident);
        assertThat(draw(cuda(true), between, Progress.NONE)).containsExactly(resident);
    }

    @Test
    void aBudgetThatCannotBeKeptIsRefusedWithWhatIsMissingAndWhatWouldHelp() {
        long budget = plan(NO_LIMIT).least() - 1000;
        assertThatThrownBy(() -> draw(cuda(false), budget, Progress.NONE)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("the GPU's memory budget").hasMessageContaining("(1000 bytes) more").hasMessageContaining("allow");
    }

    @Test
    void cancellingWhileWeightsStreamLeavesNothingBehind() {
        long budget = (plan(NO_LIMIT).least() + plan(NO_LIMIT).peak()) / 2;
        for (int after = 1; after < 20; after += 12) {
            int blocks = after;
            int[] seen = {0};
            assertThatThrownBy(() -> draw(cuda(true), budget, new Progress() {
                @Override
                public void block(Place place) {
                    seen[0]++;
                }

                @Override
                public boolean cancelled() {
                    return seen[0] >= blocks;
                }
            })).isInstanceOf(CancelledException.class);
        }
    }
}
