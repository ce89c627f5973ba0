package io.github.x2i4j.model.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.flux.FlowMatchEulerScheduler;
import io.github.x2i4j.model.flux.FlowMatchEulerScheduler.Schedule;
import io.github.x2i4j.model.flux.FluxConfig;
import io.github.x2i4j.model.flux.FluxTransformer;
import io.github.x2i4j.model.flux.LatentGrid;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.FakeWeights;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FluxSamplerTest {
    private static final FluxConfig CONFIG = new FluxConfig(4, 4, 1, 1, 6, 2, 6, 3, false, new int[] {2, 2, 2});
    private static final LatentGrid GRID = new LatentGrid(4, 4);
    private static final Offset<Float> ROUNDING = Offset.offset(1e-4f);

    private final Engine engine = Engine.open(EngineOptions.DEFAULT);
    private final Scope f = engine.scope();
    private final Schedule schedule = new FlowMatchEulerScheduler(1000, 1, false, 0.5, 1.15, 256, 4096).schedule(4, GRID.tokens());
    private final FluxSampler sampler = new FluxSampler(new FluxTransformer(FakeWeights.random(), CONFIG), schedule);
    private final Tensor noise = values(4 * 4, 0.9, 1, 4, 4);
    private final TextEmbeddings text = new TextEmbeddings(values(2 * 6, 0.3, 1, 2, 6), values(3, 0.4, 1, 3));
    private final TextEmbeddings other = new TextEmbeddings(values(3 * 6, 1.3, 1, 3, 6), values(3, -0.4, 1, 3));

    @AfterEach
    void close() {
        f.close();
        engine.close();
    }

    private Tensor values(int n, double step, long... dims) {
        return f.floats(FakeWeights.values(n, i -> Math.sin(1 + i * step)), dims);
    }

    private float[] sample(int first, FluxSampler.TrueCfg cfg, Progress progress) {
        return sampler.sample(f, noise, GRID, first, text, 3.5f, cfg, progress).toFloats();
    }

    /** Velocity at the noise level of a step. */
    private float[] velocity(Tensor x, int k, TextEmbeddings e) {
        var conditions = new FluxTransformer.Conditions(e.prompt(), e.pooled(), null,
                sampler.transformer().rope(f, LatentGrid.textIds(e.prompt().dim(1)), GRID.imageIds()));
        return sampler.transformer().forward(f, x, new float[] {schedule.sigmas()[k]}, conditions, BlockHook.NONE).toFloats();
    }

    @Test
    void theLastStepFollowsTheVelocityToNoNoise() {
        float[] v = velocity(noise, 3, text);
        float[] x = sample(3, null, Progress.NONE);
        for (int i = 0; i < x.length; i++) {
            assertThat(x[i]).isCloseTo(noise.getFloat(i) - 0.25f * v[i], ROUNDING);
        }
    }

    @Test
    void stepsFollowEachOther() {
        float[] v = velocity(noise, 2, text);
        float[] half = FakeWeights.values(v.length, i -> noise.getFloat(i) - 0.25 * v[i]);
        float[] v2 = velocity(f.floats(half, 1, 4, 4), 3, text);
        float[] x = sample(2, null, Progress.NONE);
        for (int i = 0; i < x.length; i++) {
            assertThat(x[i]).isCloseTo(half[i] - 0.25f * v2[i], ROUNDING);
        }
    }

    @Test
    void trueCfgLeadsAwayFromTheNegativePrompt() {
        float[] positive = velocity(noise, 3, text);
        float[] negative = velocity(noise, 3, other);
        float[] x = sample(3, new FluxSampler.TrueCfg(other, 2.5f), Progress.NONE);
        for (int i = 0; i < x.length; i++) {
            float v = negative[i] + 2.5f * (positive[i] - negative[i]);
            assertThat(x[i]).isCloseTo(noise.getFloat(i) - 0.25f * v, ROUNDING);
        }
    }

    @Test
    void progressIsToldOfBlocksPreviewsAndSteps() {
        List<String> calls = new ArrayList<>();
        sample(2, null, new Progress() {
            @Override
            public void block(BlockHook.Place place) {
                calls.add(place.stack() + " " + place.index());
            }

            @Override
            public void preview(Tensor latents, int height, int width) {
                calls.add("preview " + latents.shape() + " " + height + "x" + width);
            }

            @Override
            public void step(int done) {
                calls.add("step " + done);
            }
        });
        assertThat(calls).containsExactly(
                "transformer_blocks 0", "single_transformer_blocks 0", "preview [1, 4, 4] 4x4", "step 1",
                "transformer_blocks 0", "single_transformer_blocks 0", "preview [1, 4, 4] 4x4", "step 2");
    }

    @Test
    void thePreviewOfTheLastStepIsTheResult() {
        float[][] last = new float[1][];
        float[] x = sample(1, null, new Progress() {
            @Override
            public void preview(Tensor latents, int height, int width) {
                last[0] = latents.toFloats();
            }
        });
        assertThat(last[0]).containsExactly(x, Offset.offset(1e-6f));
    }

    @Test
    void cancellingStopsBetweenBlocks() {
        int[] blocks = {0};
        Progress cancel = new Progress() {
            @Override
            public void block(BlockHook.Place place) {
                blocks[0]++;
            }

            @Override
            public boolean cancelled() {
                return blocks[0] == 3;
            }
        };
        assertThatThrownBy(() -> sample(0, null, cancel)).isInstanceOf(CancelledException.class);
        assertThat(blocks[0]).isEqualTo(3);
        assertThat(sample(3, null, Progress.NONE)).as("the engine goes on working").hasSize(16);
    }
}
