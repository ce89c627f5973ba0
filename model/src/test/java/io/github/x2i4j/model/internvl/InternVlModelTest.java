package io.github.x2i4j.model.internvl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.llm.GenerationConfig;
import io.github.x2i4j.model.llm.GreedyDecoder;
import io.github.x2i4j.model.mllm.AnswerOptions;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.FakeWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InternVlModelTest {
    private static final long I = TinyInternVl.IMAGE;
    /** Its embeddings score the next token. */
    private static final InternVlModel TIED = InternVlModel.bind(FakeWeights.random(),
            TinyInternVl.json("tie_word_embeddings\": false", "tie_word_embeddings\": true"));
    private static final Offset<Float> NEAR = Offset.offset(2e-5f);

    private final Engine engine = Engine.open(EngineOptions.DEFAULT);
    private final Scope f = engine.scope();

    @AfterEach
    void close() {
        f.close();
        engine.close();
    }

    private Tensor pixels(int tiles, int side, int seed) {
        return f.floats(FakeWeights.values(tiles * 3 * side * side, i -> Math.sin(i * 0.37 + seed)), tiles, 3, side, side);
    }

    private InternVlModel.Output forward(Tensor pixels, BlockHook hook, long... ids) {
        long[] mask = new long[ids.length];
        Arrays.fill(mask, 1);
        return TinyInternVl.model().forward(f, new InternVlModel.Input(ids, mask, pixels, I), hook);
    }

    private static VisionTower tower(FakeWeights w) {
        return VisionTower.bind(w, TinyInternVl.config().vision());
    }

    @Test
    void squaresOfPatchesBecomeOneTokenRowByRow() {
        Tensor grid = f.floats(FakeWeights.values(16, i -> i), 1, 16, 1);

        Tensor tokens = Projector.shuffle(f, grid);

        assertThat(tokens.shape().toArray()).containsExactly(1, 4, 4);
        assertThat(tokens.toFloats()).containsExactly(0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15);
    }

    @Test
    void tilesDoNotSeeOneAnother() {
        Tensor both = tower(FakeWeights.random()).forward(f, pixels(2, 8, 1), BlockHook.NONE);
        Tensor second = tower(FakeWeights.random()).forward(f, pixels(2, 8, 1).rows(1, 2), BlockHook.NONE);

        assertThat(both.shape().toArray()).containsExactly(2, 16, 6);
        assertThat(both.row(1).toFloats()).containsExactly(second.toFloats(), NEAR);
    }

    /** With a layer scale of nothing the layers change nothing: what is left is patch embedding plus position. */
    @Test
    void patchesAreRowMajorChannelsFirstAndLayersAreScaled() {
        FakeWeights w = FakeWeights.random();
        tower(w);
        w.change("ls1", v -> new float[v.length]).change("ls2", v -> new float[v.length])
                .change("position_embedding", v -> FakeWeights.values(v.length, i -> 100 * (i / 6)))
                .change("patch_embedding.bias", v -> new float[v.length])
                .change("patch_embedding.weight", v -> FakeWeights.values(v.length, i -> i / 12 == i % 12 ? 1 : 0)); // channel c picks value c
        Tensor pixels = f.floats(FakeWeights.values(3 * 64, i -> i), 1, 3, 8, 8);

        float[] x = tower(w).forward(f, pixels, BlockHook.NONE).toFloats();

        assertThat(Arrays.copyOf(x, 6)).containsExactly(100, 101, 108, 109, 164, 165);                 // patch (0, 0): position 1
        assertThat(Arrays.copyOfRange(x, 6, 8)).containsExactly(202, 203);                             // patch (0, 1)
        assertThat(Arrays.copyOfRange(x, 24, 26)).containsExactly(516, 517);                           // patch (1, 0)
    }

    @Test
    void positionsAreInterpolatedForPicturesOfAnotherSize() {
        FakeWeights w = FakeWeights.random();
        tower(w);
        w.change("ls1", v -> new float[v.length]).change("ls2", v -> new float[v.length])
                .change("patch_embedding.weight", v -> new float[v.length]).change("patch_embedding.bias", v -> new float[v.length]);
        float[] positions = w.vector("embeddings.position_embedding", 1, 17, 6).toFloats();

        float[] x = tower(w).forward(f, pixels(1, 12, 1), BlockHook.NONE).toFloats();

        assertThat(x).containsExactly(PositionGrid.resize(Arrays.copyOfRange(positions, 6, positions.length), 4, 6, 6), NEAR);
    }

    @Test
    void aPictureTakesThePlacesOfItsTokens() {
        InternVlModel.Output out = forward(pixels(1, 8, 1), BlockHook.NONE, 5, I, I, I, I, 7);

        assertThat(out.hiddenStates().shape().toArray()).containsExactly(3, 6, 12);
        assertThat(out.vitEmbeds().shape().toArray()).containsExactly(1, 4, 12);
        assertThat(out.hiddenStates().row(0).rows(1, 5).toFloats()).containsExactly(out.vitEmbeds().toFloats());
    }

    @Test
    void withoutAPictureItsTokensAreTextLikeAnyOther() {
        InternVlModel.Output out = forward(null, BlockHook.NONE, 5, I, 7);

        assertThat(out.vitEmbeds()).isNull();
        assertThat(out.hiddenStates().dim(1)).isEqualTo(3);
    }

    @Test
    void positionsRunOverPadsToo() {
        long[] ids = {3, 3, 5, 9, 3, 3};
        long[] mask = {0, 0, 1, 1, 0, 0};
        InternVlModel model = TinyInternVl.model();

        Tensor states = model.forward(f, new InternVlModel.Input(ids, mask, null, I), BlockHook.NONE).hiddenStates();
        Tensor other = model.forward(f, new InternVlModel.Input(new long[] {4, 4, 5, 9, 3, 3}, mask, null, I), BlockHook.NONE).hiddenStates();

        assertThat(states.row(2).row(4).toFloats()).isNotEqualTo(states.row(2).row(5).toFloats());
        assertThat(other.row(2).rows(2, 6).toFloats()).containsExactly(states.row(2).rows(2, 6).toFloats());
        assertThat(other.row(2).row(0).toFloats()).isNotEqualTo(states.row(2).row(0).toFloats());
    }

    @Test
    void placeholdersOfThePromptMustMatchTheTiles() {
        assertThatThrownBy(() -> forward(pixels(1, 8, 1), BlockHook.NONE, I, I, 6, I)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("3 placeholders for 4");
    }

    @Test
    void tilesMustBeSquaresOfWholeTokens() {
        for (long[] shape : new long[][] {{1, 3, 8, 4}, {1, 3, 6, 6}, {1, 1, 8, 8}, {3, 8, 8}}) {
            assertThatThrownBy(() -> forward(f.zeros(shape), BlockHook.NONE, I, I, I, I)).isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("multiple of 4");
        }
    }

    @Test
    void hooksSeeEveryLayerOfTowerAndDecoder() {
        List<String> seen = new ArrayList<>();
        forward(pixels(1, 8, 1), (ops, place, streams, block) -> {
            seen.add(place.stack() + place.index());
            return block.apply(streams);
        }, 5, I, I, I, I);

        assertThat(seen).containsExactly("vision_model.encoder.layers0", "vision_model.encoder.layers1", "layers0", "layers1");
    }

    private InternVlModel.Output answered(long[] ids, long[] mask, AnswerOptions answer) {
        return TIED.forward(f, new InternVlModel.Input(ids, mask, null, I), answer, new GenerationConfig(1, new long[0]), BlockHook.NONE);
    }

    /** The states of an answer are those of a prompt that holds it. */
    @Test
    void anAnswerGoesOnWhereThePromptEnds() {
        long[] ids = {5, 9, 14, 2};
        GreedyDecoder.Answer answer = answered(ids, new long[] {1, 1, 1, 1}, new AnswerOptions(4)).answer();
        long[] all = LongStream.concat(LongStream.of(ids), LongStream.of(answer.ids()).limit(3)).toArray();
        long[] mask = new long[all.length];
        Arrays.fill(mask, 1);

        Tensor states = answered(all, mask, null).hiddenStates();
        for (int layer = 0; layer < states.dim(0); layer++) {
            assertThat(answer.hiddenStates().row(layer).toFloats()).containsExactly(states.row(layer).rows(4, 7).toFloats(),
                    Offset.offset(2e-5f));
        }
    }

    @Test
    void anAnswerDoesNotDependOnPadsUnlessItIsToFollowThem() {
        GreedyDecoder.Answer plain = answered(new long[] {5, 9, 14, 2}, new long[] {1, 1, 1, 1}, new AnswerOptions(4)).answer();
        long[] padded = {5, 9, 14, 2, 3, 3, 3};
        long[] mask = {1, 1, 1, 1, 0, 0, 0};
        GreedyDecoder.Answer right = answered(padded, mask, new AnswerOptions(4)).answer();
        assertThat(right.ids()).containsExactly(plain.ids());
        assertThat(right.hiddenStates().toFloats()).containsExactly(plain.hiddenStates().toFloats(), NEAR);
        assertThat(answered(padded, mask, new AnswerOptions(4, true)).answer().hiddenStates().toFloats())
                .isNotEqualTo(plain.hiddenStates().toFloats());
    }
}
