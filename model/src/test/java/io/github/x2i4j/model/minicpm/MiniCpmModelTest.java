package io.github.x2i4j.model.minicpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.llm.GenerationConfig;
import io.github.x2i4j.model.llm.GreedyDecoder;
import io.github.x2i4j.model.minicpm.MiniCpmModel.Input;
import io.github.x2i4j.model.minicpm.MiniCpmModel.Output;
import io.github.x2i4j.model.minicpm.MiniCpmModel.Pictures;
import io.github.x2i4j.model.minicpm.MiniCpmModel.Sounds;
import io.github.x2i4j.model.mllm.AnswerOptions;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.FakeWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MiniCpmModelTest {
    private static final Offset<Float> NEAR = Offset.offset(2e-5f);
    private static final int QUERIES = 3;
    private static final int BINS = 5;

    /** Its embeddings score the next token. */
    private static final MiniCpmModel TIED = MiniCpmModel.bind(FakeWeights.random(),
            TinyMiniCpm.json("tie_word_embeddings\": false", "tie_word_embeddings\": true"));

    private final Engine engine = Engine.open(EngineOptions.DEFAULT);
    private final Scope f = engine.scope();

    @AfterEach
    void close() {
        f.close();
        engine.close();
    }

    private Tensor pixels(PatchGrid grid, int seed) {
        int n = 3 * 2 * 2 * grid.patches();
        return f.floats(FakeWeights.values(n, i -> Math.sin(i * 0.37 + seed)), 3, 2, 2L * grid.patches());
    }

    /** {@code frames} of sound, filled up to {@code all}; from {@code changedFrom} on it is another sound. */
    private Tensor mel(int frames, int all, int changedFrom) {
        return f.floats(FakeWeights.values(BINS * all, i -> i % all >= frames ? 0
                : Math.sin(i % all * 0.71 + i / all) + (i % all >= changedFrom ? 1 : 0)), BINS, all);
    }

    private AudioEncoder audio(FakeWeights w) {
        return AudioEncoder.bind(w.at("apm"), w.at("projection"), TinyMiniCpm.config().audio(), 128);
    }

    private float[] hear(Tensor mel, int frames) {
        return audio(FakeWeights.random()).forward(f, mel, frames, BlockHook.NONE).toFloats();
    }

    private static Pictures pictures(List<Tensor> pixels, List<PatchGrid> grids, long... begins) {
        return new Pictures(pixels, grids, LongStream.of(begins).mapToObj(b -> new TokenBounds(b, b + QUERIES)).toList());
    }

    @Test
    void picturesOfAnyShapesAreReadTogetherAsTheyAreAlone() {
        List<PatchGrid> grids = List.of(new PatchGrid(2, 3), new PatchGrid(4, 1), new PatchGrid(1, 1), new PatchGrid(3, 3), new PatchGrid(2, 2));
        List<Tensor> pixels = IntStream.range(0, grids.size()).mapToObj(i -> pixels(grids.get(i), i)).toList();
        long[] ids = LongStream.range(0, 20).toArray();

        Output all = TinyMiniCpm.model().forward(f, new Input(ids, pictures(pixels, grids, 1, 4, 7, 10, 14), Sounds.NONE), BlockHook.NONE);

        assertThat(all.imageEmbeds().shape().toArray()).containsExactly(5, QUERIES, 128);
        for (int i = 0; i < grids.size(); i++) {
            Output one = TinyMiniCpm.model().forward(f, new Input(ids, pictures(List.of(pixels.get(i)), List.of(grids.get(i)), 2),
                    Sounds.NONE), BlockHook.NONE);
            assertThat(all.imageEmbeds().row(i).toFloats()).containsExactly(one.imageEmbeds().toFloats(), NEAR);
        }
    }

    @Test
    void picturesAndSoundsTakeTheirPlaces() {
        PatchGrid grid = new PatchGrid(2, 3);
        Sounds sounds = new Sounds(mel(12, 12, 12).reshape(1, BINS, 12), new int[] {12},
                List.of(new TokenBounds(5, 7), new TokenBounds(8, 9)));

        Output out = TinyMiniCpm.model().forward(f, new Input(new long[10], pictures(List.of(pixels(grid, 1)), List.of(grid), 1), sounds),
                BlockHook.NONE);

        Tensor first = out.hiddenStates().row(0);
        assertThat(out.hiddenStates().shape().toArray()).containsExactly(3, 10, 128);
        assertThat(first.rows(1, 4).toFloats()).containsExactly(out.imageEmbeds().toFloats());
        assertThat(first.rows(5, 7).toFloats()).containsExactly(out.audioEmbeds().rows(0, 2).toFloats());
        assertThat(first.row(8).toFloats()).containsExactly(out.audioEmbeds().row(2).toFloats());
        assertThat(first.row(4).toFloats()).containsExactly(first.row(0).toFloats());
    }

    @Test
    void positionsReachTheResamplersKeysButNotItsValues() {
        FakeWeights indifferent = FakeWeights.random();
        resample(indifferent, new PatchGrid(2, 3));
        // queries of zeros score all keys alike, so only values are left
        indifferent.change("in_proj_weight", v -> FakeWeights.values(v.length, i -> i < v.length / 3 ? 0 : v[i]))
                .change("in_proj_bias", v -> FakeWeights.values(v.length, i -> i < v.length / 3 ? 0 : v[i]));

        assertThat(resample(indifferent, new PatchGrid(2, 3))).containsExactly(resample(indifferent, new PatchGrid(3, 2)), NEAR);
        assertThat(difference(resample(FakeWeights.random(), new PatchGrid(2, 3)), resample(FakeWeights.random(), new PatchGrid(3, 2))))
                .isGreaterThan(1e-2f);
    }

    private float[] resample(FakeWeights w, PatchGrid grid) {
        Tensor features = f.floats(FakeWeights.values(6 * 6, Math::cos), 6, 6);
        return Resampler.bind(w, TinyMiniCpm.config()).forward(f, features, grid).toFloats();
    }

    /** Chunks of 4 steps, 8 frames; the convolutions look one frame further. */
    @Test
    void aStepHearsItsOwnChunkAndAllBefore() {
        float[] plain = hear(mel(24, 24, 24), 24);
        float[] laterChanged = hear(mel(24, 24, 17), 24);
        float[] chunkChanged = hear(mel(24, 24, 13), 24);

        int chunkTokens = 2 * 128;
        assertThat(Arrays.copyOf(laterChanged, chunkTokens)).containsExactly(Arrays.copyOf(plain, chunkTokens), NEAR);
        assertThat(Arrays.copyOf(chunkChanged, chunkTokens)).containsExactly(Arrays.copyOf(plain, chunkTokens), NEAR);
        assertThat(difference(Arrays.copyOfRange(chunkChanged, chunkTokens, chunkTokens + 128),
                Arrays.copyOfRange(plain, chunkTokens, chunkTokens + 128))).isGreaterThan(1e-3f);
    }

    /** 11 frames are 6 steps; the reference counts keys in frames, so steps 6 and 7, of no sound, are heard by their chunk. */
    @Test
    void stepsOfNoSoundAreHeardUpToTheEndOfTheChunk() {
        float[] alone = hear(mel(11, 11, 11), 11);
        float[] padded = hear(mel(11, 20, 20), 11);

        assertThat(alone).hasSize(3 * 128);
        assertThat(Arrays.copyOf(padded, 2 * 128)).containsExactly(Arrays.copyOf(alone, 2 * 128), NEAR); // the first chunk is full
        assertThat(difference(alone, padded)).isGreaterThan(1e-3f);
        assertThat(padded).containsExactly(hear(mel(11, 40, 40), 11), NEAR);
    }

    @Test
    void soundsTooShortForATokenGiveNone() {
        assertThat(audio(FakeWeights.random()).forward(f, mel(2, 2, 2), 2, BlockHook.NONE)).isNull();
        Output out = TinyMiniCpm.model().forward(f, new Input(new long[3], Pictures.NONE, new Sounds(mel(2, 2, 2).reshape(1, BINS, 2),
                new int[] {2}, List.of())), BlockHook.NONE);
        assertThat(out.audioEmbeds()).isNull();
    }

    @Test
    void everyLayerIsHooked() {
        List<String> stacks = new ArrayList<>();
        PatchGrid grid = new PatchGrid(1, 2);

        TinyMiniCpm.model().forward(f, new Input(new long[8], pictures(List.of(pixels(grid, 1)), List.of(grid), 1),
                new Sounds(mel(4, 4, 4).reshape(1, BINS, 4), new int[] {4}, List.of(new TokenBounds(5, 6)))), (s, place, streams, block) -> {
                    stacks.add(place.stack() + place.index());
                    return block.apply(streams);
                });

        assertThat(stacks).containsExactly("vpm.encoder.layers0", "vpm.encoder.layers1", "apm.layers0", "apm.layers1", "layers0", "layers1");
    }

    @Test
    void placesThatDoNotFitAreAnError() {
        PatchGrid grid = new PatchGrid(2, 3);
        Tensor mel = mel(12, 12, 12).reshape(1, BINS, 12);
        List<TokenBounds> two = List.of(new TokenBounds(0, 2));

        refused(pictures(List.of(pixels(grid, 1)), List.of(grid), 0, 4), Sounds.NONE, "6 places for 3 tokens of pictures");
        refused(pictures(List.of(pixels(grid, 1)), List.of(grid), 8), Sounds.NONE, "cut inside them");
        refused(pictures(List.of(pixels(grid, 1)), List.of(new PatchGrid(3, 3)), 0), Sounds.NONE, "9 patches");
        refused(Pictures.NONE, new Sounds(mel, new int[] {12}, two), "2 places for 3 tokens of sounds");
        refused(Pictures.NONE, new Sounds(mel, new int[] {13}, two), "13 frames");
        refused(Pictures.NONE, new Sounds(mel, new int[] {12, 12}, two), "2 pieces");
        refused(Pictures.NONE, new Sounds(mel(62, 62, 62).reshape(1, BINS, 62), new int[] {62}, two), "30 positions");
        assertThatThrownBy(() -> new TokenBounds(4, 3)).isInstanceOf(InvalidInputException.class).hasMessageContaining("from 4 to 3");
    }

    private void refused(Pictures pictures, Sounds sounds, String message) {
        assertThatThrownBy(() -> TinyMiniCpm.model().forward(f, new Input(new long[10], pictures, sounds), BlockHook.NONE))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining(message);
    }

    private static float difference(float[] a, float[] b) {
        float most = 0;
        for (int i = 0; i < a.length; i++) {
            most = Math.max(most, Math.abs(a[i] - b[i]));
        }
        return most;
    }

    private Output answered(long[] ids, long[] mask, AnswerOptions answer) {
        return TIED.forward(f, new Input(ids, Pictures.NONE, Sounds.NONE), answer, new GenerationConfig(1, new long[0]), BlockHook.NONE);
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
}
