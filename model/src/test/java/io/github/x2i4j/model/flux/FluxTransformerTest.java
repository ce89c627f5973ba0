package io.github.x2i4j.model.flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.flux.FluxTransformer.Conditions;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.FakeWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FluxTransformerTest {
    private static final FluxConfig CONFIG = new FluxConfig(6, 6, 2, 3, 8, 2, 10, 4, true, new int[] {2, 2, 4});
    private static final int TEXT = 3;
    private static final LatentGrid GRID = new LatentGrid(4, 6);
    private static final Offset<Float> ROUNDING = Offset.offset(1e-4f);

    private final Engine engine = Engine.open(EngineOptions.DEFAULT);
    private final Scope f = engine.scope();
    private final FluxTransformer transformer = new FluxTransformer(FakeWeights.random(), CONFIG);

    @AfterEach
    void close() {
        f.close();
        engine.close();
    }

    private Tensor random(long seed, long... dims) {
        Random r = new Random(seed);
        int n = 1;
        for (long d : dims) {
            n *= (int) d;
        }
        return f.floats(FakeWeights.values(n, i -> r.nextGaussian()), dims);
    }

    private Conditions conditions(Tensor text, Tensor pooled, float... guidance) {
        return new Conditions(text, pooled, guidance, transformer.rope(f, LatentGrid.textIds(TEXT), GRID.imageIds()));
    }

    private Tensor forward(BlockHook hook) {
        return transformer.forward(f, random(1, 1, 6, 6), new float[] {0.7f},
                conditions(random(2, 1, TEXT, 10), random(3, 1, 4), 3.5f), hook);
    }

    @Test
    void entriesOfABatchDoNotSeeEachOther() {
        Tensor x = random(1, 2, 6, 6);
        Tensor text = random(2, 2, TEXT, 10);
        Tensor pooled = random(3, 2, 4);
        float[] t = {0.9f, 0.2f};
        float[] guidance = {3.5f, 1};
        float[] both = transformer.forward(f, x, t, conditions(text, pooled, guidance), BlockHook.NONE).toFloats();
        for (int b = 0; b < 2; b++) {
            float[] alone = transformer.forward(f, x.rows(b, b + 1), new float[] {t[b]},
                    conditions(text.rows(b, b + 1), pooled.rows(b, b + 1), guidance[b]), BlockHook.NONE).toFloats();
            for (int i = 0; i < alone.length; i++) {
                assertThat(both[b * alone.length + i]).isCloseTo(alone[i], ROUNDING);
            }
        }
    }

    @Test
    void everyConditionCounts() {
        Tensor x = random(1, 1, 6, 6);
        Tensor text = random(2, 1, TEXT, 10);
        Tensor pooled = random(3, 1, 4);
        float[] t = {0.5f};
        float[] base = transformer.forward(f, x, t, conditions(text, pooled, 3.5f), BlockHook.NONE).toFloats();
        assertThat(transformer.forward(f, x, t, conditions(random(4, 1, TEXT, 10), pooled, 3.5f), BlockHook.NONE).toFloats())
                .isNotEqualTo(base);
        assertThat(transformer.forward(f, x, t, conditions(text, random(4, 1, 4), 3.5f), BlockHook.NONE).toFloats()).isNotEqualTo(base);
        assertThat(transformer.forward(f, x, t, conditions(text, pooled, 4), BlockHook.NONE).toFloats()).isNotEqualTo(base);
        assertThat(transformer.forward(f, x, new float[] {0.4f}, conditions(text, pooled, 3.5f), BlockHook.NONE).toFloats())
                .isNotEqualTo(base);
        assertThat(transformer.forward(f, x, t, conditions(text, pooled, 3.5f), BlockHook.NONE).toFloats()).isEqualTo(base);
    }

    @Test
    void aModelThatIsToldTheGuidanceNeedsIt() {
        Conditions c = conditions(random(2, 1, TEXT, 10), random(3, 1, 4), (float[]) null);
        assertThatThrownBy(() -> transformer.forward(f, random(1, 1, 6, 6), new float[] {1}, c, BlockHook.NONE))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("guidance");
    }

    @Test
    void hooksSeeEveryBlockInOrder() {
        List<String> places = new ArrayList<>();
        forward((g, place, streams, block) -> {
            places.add(place.stack() + " " + place.index() + " " + streams.stream().map(s -> s.shape().toString()).toList());
            return block.apply(streams);
        });
        assertThat(places).containsExactly(
                "transformer_blocks 0 [[1, 3, 16], [1, 6, 16]]", "transformer_blocks 1 [[1, 3, 16], [1, 6, 16]]",
                "single_transformer_blocks 0 [[1, 9, 16]]", "single_transformer_blocks 1 [[1, 9, 16]]",
                "single_transformer_blocks 2 [[1, 9, 16]]");
    }

    @Test
    void aResidualAddedBehindADoubleBlockChangesThePicture() {
        BlockHook add = (g, place, streams, block) -> {
            List<Tensor> out = block.apply(streams);
            return place.stack().equals("transformer_blocks") && place.index() == 0
                    ? List.of(out.get(0), g.addScaled(out.get(1), 0.5f, random(9, 1, 6, 16))) : out;
        };
        assertThat(forward(add).toFloats()).isNotEqualTo(forward(BlockHook.NONE).toFloats());
        BlockHook nothing = (g, place, streams, block) -> block.apply(streams).stream().map(t -> g.affine(t, 1, 0)).toList();
        assertThat(forward(nothing).toFloats()).isEqualTo(forward(BlockHook.NONE).toFloats());
    }

    @Test
    void guidanceLayersAreBoundOnlyWhereTheConfigHasThem() {
        FakeWeights all = FakeWeights.random();
        new FluxTransformer(all, CONFIG);
        assertThat(all.has("time_text_embed.guidance_embedder.linear_1.weight")).isTrue();
        assertThat(all.shape("single_transformer_blocks.2.proj_out.weight").toArray()).containsExactly(16, 80);
        assertThat(all.shape("transformer_blocks.1.norm1_context.linear.bias").toArray()).containsExactly(96);

        FakeWeights schnell = FakeWeights.random();
        new FluxTransformer(schnell, new FluxConfig(6, 6, 1, 1, 8, 2, 10, 4, false, new int[] {2, 2, 4}));
        assertThat(schnell.has("time_text_embed.guidance_embedder.linear_1.weight")).isFalse();
        assertThat(schnell.has("transformer_blocks.1.norm1.linear.weight")).isFalse();
    }

    @Test
    void asksForAsManyTensorsAsThePublishedModelsHave() {
        assertThat(tensors(true)).hasSize(1160).contains("transformer_blocks.18.attn.norm_added_k.weight", "proj_out.bias");
        assertThat(tensors(false)).hasSize(1156);
    }

    /** Names of the tensors of FLUX.1-dev (with guidance) or schnell. */
    private static List<String> tensors(boolean guidance) {
        FakeWeights none = FakeWeights.only();
        new FluxTransformer(none, new FluxConfig(64, 64, 19, 38, 128, 24, 4096, 768, guidance, new int[] {16, 56, 56}));
        try {
            none.finish();
            return List.of();
        } catch (AssertionError e) {
            return List.of(e.getMessage().replaceAll("missing \\[|]", "").split(", "));
        }
    }
}
