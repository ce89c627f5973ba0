package io.github.x2i4j.tests.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.demo.DemoBundle;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.X2i;
import io.github.x2i4j.model.X2iRequest;
import io.github.x2i4j.model.memory.MemoryBudget;
import io.github.x2i4j.model.memory.MemoryPlan;
import io.github.x2i4j.model.memory.MemoryPlan.Mode;
import io.github.x2i4j.model.nn.BlockHook.Place;
import io.github.x2i4j.model.pipeline.Bundle;
import io.github.x2i4j.model.pipeline.CancelledException;
import io.github.x2i4j.model.pipeline.HiddenRows;
import io.github.x2i4j.model.pipeline.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Plans against what an engine then holds, and budgets that are kept or refused, on the demo bundle. */
class MemoryBudgetTest {
    private static final long NO_LIMIT = 1L << 50;
    private static Bundle bundle;

    @BeforeAll
    static void open() {
        bundle = Bundle.open(DemoBundle.unpack());
    }

    private static X2iRequest.Builder request() {
        return X2iRequest.builder().text("red apple").size(64, 32).steps(3).seed(7);
    }

    private static MemoryPlan plan(X2iRequest request, long budget) {
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); X2i x2i = X2i.open(bundle, engine, new MemoryBudget(budget))) {
            return x2i.plan(request);
        }
    }

    private static byte[] draw(X2iRequest request, long budget, Progress progress) {
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); X2i x2i = X2i.open(bundle, engine, new MemoryBudget(budget))) {
            try {
                return x2i.generate(request, progress).pictures().getFirst().image().rgb();
            } finally {
                assertThat(engine.memory().allocated()).isZero();
                assertThat(readers()).isEmpty();
                assertThat(residentWeights()).isZero();
            }
        }
    }

    private static List<Thread> readers() {
        return Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().equals("x2i-read-ahead")).toList();
    }

    /** Bytes of mapped weight files that are in this process's memory by the system's account; 0 where it does not tell. */
    private static long residentWeights() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/smaps"))) {
            boolean[] ours = {false};
            return lines.mapToLong(l -> {
                if (!l.startsWith("Rss:")) {
                    ours[0] = l.matches("[0-9a-f]+-[0-9a-f]+ .*") ? l.endsWith(".safetensors") : ours[0];
                    return 0;
                }
                return ours[0] ? Long.parseLong(l.replaceAll("\\D", "")) << 10 : 0;
            }).sum();
        } catch (IOException e) {
            return 0;
        }
    }

    /** Draws without a budget and tells the peak of the engine's memory in each stage. */
    private static Map<String, Long> measured(X2iRequest request) {
        Map<String, Long> peaks = new LinkedHashMap<>();
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); X2i x2i = X2i.open(bundle, engine, false)) {
            String[] stage = {null};
            x2i.generate(request, new Progress() {
                @Override
                public void stage(String name, int steps) {
                    end();
                    stage[0] = name;
                }

                @Override
                public void step(int done) {
                    if (stage[0].equals("decode")) {
                        end();
                    }
                }

                private void end() {
                    if (stage[0] != null) {
                        peaks.put(stage[0], engine.memory().peak());
                    }
                    engine.trim();
                }
            });
        }
        return peaks;
    }

    private static void assertPlanIsMeasured(X2iRequest request) {
        Map<String, Long> peaks = measured(request);
        MemoryPlan plan = plan(request, NO_LIMIT);
        assertThat(plan.stages()).extracting(MemoryPlan.Stage::name).containsExactlyElementsOf(peaks.keySet());
        for (MemoryPlan.Stage s : plan.stages()) {
            assertThat(s.tensors()).as(s.name()).isEqualTo(peaks.get(s.name()));
            assertThat(s.mode()).isEqualTo(Mode.RESIDENT);
        }
    }

    @Test
    void whatIsPlannedOfTensorsIsWhatTheEngineThenHolds() {
        assertPlanIsMeasured(request().build());
        assertPlanIsMeasured(request().size(160, 48).steps(1).build());
    }

    @Test
    void theSameGoesForAPromptWithAPicture() throws IOException {
        assertPlanIsMeasured(X2iRequest.builder().text("on a blue background").image("white", new io.github.x2i4j.model.media.RgbImage(60, 40,
                new byte[60 * 40 * 3])).size(32, 32).steps(1).seed(1).build());
    }

    @Test
    void weightsThatArePlannedAreThoseOfTheFiles() throws IOException {
        MemoryPlan plan = plan(request().build(), NO_LIMIT);
        long file = Files.size(bundle.flux().resolve("transformer/diffusion_pytorch_model.safetensors"));
        MemoryPlan.Stage denoise = plan.stages().stream().filter(s -> s.name().equals("denoise")).findFirst().orElseThrow();
        assertThat(denoise.weights() + plan.copies()).isGreaterThan(file * 98 / 100);
        assertThat(denoise.weights()).isLessThan(file);
        assertThat(denoise.planned()).isGreaterThan(plan.overhead().bytes() + plan.copies() + denoise.weights() + denoise.tensors());
    }

    @Test
    void weightsThatStreamDrawTheSamePictureAndLeaveNothingBehind() {
        byte[] resident = draw(request().build(), NO_LIMIT, Progress.NONE);
        MemoryPlan free = plan(request().build(), NO_LIMIT);
        MemoryPlan tight = plan(request().build(), free.least());
        assertThat(tight.missing()).isZero();
        assertThat(tight.stages()).extracting(MemoryPlan.Stage::mode).contains(Mode.ONE_BY_ONE);
        assertThat(draw(request().build(), free.least(), Progress.NONE)).containsExactly(resident);
        long between = (free.least() + free.peak()) / 2;
        MemoryPlan.Stage denoise = plan(request().build(), between).stages().stream().filter(s -> s.name().equals("denoise")).findFirst().orElseThrow();
        assertThat(denoise.mode()).isEqualTo(Mode.STREAMED);
        assertThat(denoise.pinned()).isPositive();
        assertThat(draw(request().build(), between, Progress.NONE)).containsExactly(resident);
    }

    @Test
    void anAnswerIsDecodedWithWeightsThatStream() {
        X2iRequest answer = request().steps(1).drawFrom(HiddenRows.ANSWER).maxNewTokens(3).build();
        long least = plan(answer, NO_LIMIT).least();
        assertThat(draw(answer, least, Progress.NONE)).containsExactly(draw(answer, NO_LIMIT, Progress.NONE));
    }

    @Test
    void weightsInMemoryStayWithinThePlan() {
        MemoryPlan free = plan(request().build(), NO_LIMIT);
        Assumptions.assumeTrue(Files.exists(Path.of("/proc/self/smaps")), "the system does not tell");
        Map<String, Long> most = new LinkedHashMap<>();
        long budget = free.least();
        draw(request().build(), budget, new Progress() {
            private String stage;

            @Override
            public void stage(String name, int steps) {
                stage = name;
            }

            @Override
            public void block(Place place) {
                most.merge(stage, residentWeights(), Math::max);
            }
        });
        for (MemoryPlan.Stage s : plan(request().build(), budget).stages()) {
            long weights = s.planned() - free.overhead().bytes() - free.copies() - s.tensors();
            if (most.containsKey(s.name())) {
                assertThat(most.get(s.name())).as(s.name()).isLessThanOrEqualTo(weights);
            }
        }
        assertThat(most.get("denoise")).isPositive();
    }

    @Test
    void aBudgetThatCannotBeKeptIsRefusedWithWhatIsMissingAndWhatWouldHelp() {
        MemoryPlan free = plan(request().build(), NO_LIMIT);
        long budget = free.least() - 1000;
        boolean[] drawing = {false};
        assertThatThrownBy(() -> draw(request().build(), budget, new Progress() {
            @Override
            public void stage(String name, int steps) {
                drawing[0] = true;
            }
        })).isInstanceOf(InvalidInputException.class).hasMessageContaining("cannot be kept").hasMessageContaining("(1000 bytes) more")
                .hasMessageContaining("Or allow");
        assertThat(drawing[0]).isFalse();
    }

    @Test
    void cancellingWhileWeightsStreamLeavesNothingBehind() {
        long least = plan(request().build(), NO_LIMIT).least();
        for (int after = 1; after < 40; after += 7) {
            int blocks = after;
            int[] seen = {0};
            assertThatThrownBy(() -> draw(request().build(), least + (1 << 20), new Progress() {
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
