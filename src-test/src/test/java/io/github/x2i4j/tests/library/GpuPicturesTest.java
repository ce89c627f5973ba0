package io.github.x2i4j.tests.library;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.demo.DemoBundle;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.FakeGpu;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.X2i;
import io.github.x2i4j.model.X2iPicture;
import io.github.x2i4j.model.X2iRequest;
import io.github.x2i4j.model.flux.FlowMatchEulerScheduler;
import io.github.x2i4j.model.flux.FluxNames;
import io.github.x2i4j.model.flux.FluxTransformer;
import io.github.x2i4j.model.flux.LatentGrid;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Loaded;
import io.github.x2i4j.model.noise.Noise;
import io.github.x2i4j.model.pipeline.Bundle;
import io.github.x2i4j.model.pipeline.FluxParts;
import io.github.x2i4j.model.pipeline.FluxSampler;
import io.github.x2i4j.model.pipeline.Progress;
import io.github.x2i4j.model.pipeline.TextEmbeddings;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Several pictures of one request, and several in one pass, on a device made of the CPU. */
class GpuPicturesTest {
    private static final int STEPS = 3;
    private static final LatentGrid GRID = LatentGrid.ofPixels(32, 32, 8);
    private static Bundle bundle;
    private static Engine engine;

    @BeforeAll
    static void open() throws Exception {
        engine = FakeGpu.open(4L << 30, Precision.F32);
        bundle = Bundle.open(DemoBundle.unpack());
    }

    @AfterAll
    static void close() {
        if (engine != null) {
            engine.close();
        }
    }

    private static List<X2iPicture> draw(long seed, int count) {
        try (X2i x2i = X2i.open(bundle, engine, false)) {
            return x2i.generate(X2iRequest.builder().text("red apple").size(32, 32).steps(1).seed(seed).count(count).build(), Progress.NONE)
                    .pictures();
        }
    }

    @Test
    void severalPicturesAreThoseOfTheirSeeds() {
        List<X2iPicture> both = draw(7, 2);
        assertThat(both.get(0).image().rgb()).containsExactly(draw(7, 1).getFirst().image().rgb());
        assertThat(both.get(1).image().rgb()).containsExactly(draw(8, 1).getFirst().image().rgb()).isNotEqualTo(both.get(0).image().rgb());
    }

    private static float[] sample(FluxTransformer transformer, Scope f, Progress progress, float[]... noise) {
        int n = noise.length;
        long channels = transformer.config().inChannels();
        float[] all = new float[n * noise[0].length];
        for (int i = 0; i < n; i++) {
            System.arraycopy(noise[i], 0, all, i * noise[0].length, noise[0].length);
        }
        int tokens = 5;
        float[] text = Noise.DEFAULT.generator(3).normal(tokens * transformer.config().jointAttentionDim(), DType.F32);
        float[] pooled = Noise.DEFAULT.generator(4).normal(transformer.config().pooledProjectionDim(), DType.F32);
        Tensor texts = f.floats(repeat(text, n), n, tokens, transformer.config().jointAttentionDim());
        Tensor pooleds = f.floats(repeat(pooled, n), n, transformer.config().pooledProjectionDim());
        FluxSampler sampler = new FluxSampler(transformer, FlowMatchEulerScheduler.ofFlux(false).schedule(STEPS, GRID.tokens()));
        return sampler.sample(f, f.floats(all, n, GRID.tokens(), channels), GRID, 0, new TextEmbeddings(texts, pooleds), 3.5f, null, progress)
                .toFloats();
    }

    private static float[] repeat(float[] values, int n) {
        float[] all = new float[n * values.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = values[i % values.length];
        }
        return all;
    }

    @Test
    void aBatchIsItsPicturesAndReplayingChangesNothing() {
        try (Loaded<FluxTransformer> loaded = Loaded.open(FluxParts.open(bundle.flux()).part(FluxParts.Part.TRANSFORMER), FluxNames.MAP,
                FluxTransformer::of); Scope f = engine.scope()) {
            FluxTransformer transformer = loaded.model();
            int size = Math.toIntExact(GRID.tokens() * transformer.config().inChannels());
            float[] a = Noise.DEFAULT.generator(1).normal(size, DType.F32);
            float[] b = Noise.DEFAULT.generator(2).normal(size, DType.F32);
            float[] both = sample(transformer, f, Progress.NONE, a, b);
            assertThat(Arrays.copyOf(both, size)).containsExactly(sample(transformer, f, Progress.NONE, a));
            int[] blocks = {0};
            Progress counting = new Progress() {
                @Override
                public boolean needsEveryBlock() {
                    return true;
                }

                @Override
                public void block(BlockHook.Place place) {
                    blocks[0]++;
                }
            };
            assertThat(Arrays.copyOfRange(both, size, 2 * size)).containsExactly(sample(transformer, f, counting, b));
            assertThat(blocks[0]).isEqualTo(STEPS * (transformer.config().numLayers() + transformer.config().numSingleLayers()));
        }
    }
}
