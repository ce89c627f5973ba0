package io.github.x2i4j.model.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.FakeWeights;
import io.github.x2i4j.model.pipeline.CancelledException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GreedyDecoderTest {
    private static final long[] PROMPT = {4, 9, 2, 11};
    private static final long[] NO_STOPS = {};

    private final Engine engine = Engine.open(EngineOptions.DEFAULT);
    private final Scope f = engine.scope();
    private final LanguageModel model = TinyDecoder.model();

    @AfterEach
    void close() {
        f.close();
        engine.close();
    }

    private static long[][] positions(int n) {
        long[] p = LongStream.range(0, n).toArray();
        return new long[][] {p, p, p};
    }

    private Tensor read(long[] ids, KeyValueCache cache) {
        long[] mask = LongStream.generate(() -> 1).limit(ids.length).toArray();
        KeysSeen keys = PaddedPrompt.of(ids, mask, PadRule.SHARED_POSITION).keys(cache);
        return model.forward(f, model.embed(f, ids), positions(ids.length), keys, BlockHook.NONE);
    }

    private GreedyDecoder.Answer answer(GenerationConfig config, int maxNewTokens, BlockHook hook) {
        KeyValueCache cache = new KeyValueCache(TinyDecoder.CONFIG.numLayers());
        Tensor states = read(PROMPT, cache);
        Tensor last = states.row(states.dim(0) - 1).row(PROMPT.length - 1);
        return new GreedyDecoder(model, config).decode(f, last, PROMPT, PROMPT.length, cache, maxNewTokens, hook);
    }

    @Test
    void decodingWithTheCacheGivesTheStatesOfReadingPromptAndAnswerAtOnce() {
        GreedyDecoder.Answer answer = answer(new GenerationConfig(1.1f, NO_STOPS), 5, BlockHook.NONE);

        long[] all = LongStream.concat(LongStream.of(PROMPT), LongStream.of(answer.ids()).limit(4)).toArray();
        Tensor once = read(all, null);
        assertThat(answer.ids()).hasSize(5);
        assertThat(answer.hiddenStates().shape().toArray()).containsExactly(4, 4, 12);
        for (int layer = 0; layer < 4; layer++) {
            assertThat(answer.hiddenStates().row(layer).toFloats())
                    .containsExactly(once.row(layer).rows(PROMPT.length, all.length).toFloats(), Offset.offset(2e-5f));
        }
    }

    @Test
    void eachTokenIsTheLikeliestAfterThoseBeforeIt() {
        GreedyDecoder.Answer answer = answer(new GenerationConfig(1, NO_STOPS), 3, BlockHook.NONE);

        long[] all = PROMPT;
        for (long id : answer.ids()) {
            Tensor states = read(all, null);
            float[] scores = model.logits(f, states.row(3).row(all.length - 1));
            assertThat(GreedyDecoder.likeliest(scores, new BitSet(), 1)).isEqualTo(id);
            all = LongStream.concat(LongStream.of(all), LongStream.of(id)).toArray();
        }
    }

    @Test
    void aStopTokenEndsTheAnswerAndBelongsToIt() {
        float penalty = 1000; // no token comes twice
        long[] free = answer(new GenerationConfig(penalty, NO_STOPS), 6, BlockHook.NONE).ids();
        assertThat(free).doesNotHaveDuplicates();

        GreedyDecoder.Answer stopped = answer(new GenerationConfig(penalty, new long[] {-5, free[2]}), 6, BlockHook.NONE);

        assertThat(stopped.ids()).containsExactly(Arrays.copyOf(free, 3));
        assertThat(stopped.hiddenStates().dim(1)).isEqualTo(2);
    }

    @Test
    void anAnswerOfOneTokenHasNoStates() {
        assertThat(answer(new GenerationConfig(1, NO_STOPS), 1, BlockHook.NONE).hiddenStates()).isNull();
    }

    @Test
    void hooksOfEveryStepMayCancel() {
        BlockHook second = new BlockHook() {
            private int layers;

            @Override
            public List<Tensor> around(Ops ops, Place place, List<Tensor> streams,
                    UnaryOperator<List<Tensor>> block) {
                if (++layers > TinyDecoder.CONFIG.numLayers()) {
                    throw new CancelledException();
                }
                return block.apply(streams);
            }
        };

        assertThatThrownBy(() -> answer(new GenerationConfig(1, NO_STOPS), 3, second)).isInstanceOf(CancelledException.class);
    }

    @Test
    void thePenaltyDividesPositiveAndMultipliesNegativeScoresOfWhatWasSeen() {
        BitSet seen = new BitSet();
        seen.set(0);
        seen.set(2);
        assertThat(GreedyDecoder.likeliest(new float[] {1.2f, 1, 0}, seen, 1)).isEqualTo(0);
        assertThat(GreedyDecoder.likeliest(new float[] {1.2f, 1, 0}, seen, 1.5f)).isEqualTo(1);
        assertThat(GreedyDecoder.likeliest(new float[] {-2, -1.2f, -1}, seen, 1)).isEqualTo(2);
        assertThat(GreedyDecoder.likeliest(new float[] {-2, -1.2f, -1}, seen, 1.5f)).isEqualTo(1);
    }

    @Test
    void theLowestOfEqualScoresWins() {
        assertThat(GreedyDecoder.likeliest(new float[] {0, 3, 3}, new BitSet(), 1)).isEqualTo(1);
    }

    @Test
    void aCheckpointWithoutOutputLayerReadsPromptsButRefusesToAnswer() {
        FakeWeights w = FakeWeights.random();
        LanguageModel headless = LanguageModel.bind(w.at("model"), w, TinyDecoder.CONFIG);

        assertThat(headless.embed(f, PROMPT).dim(0)).isEqualTo(4);
        assertThatThrownBy(() -> headless.logits(f, f.zeros(12))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("lm_head.weight");
    }

    @Test
    void idsOutsideTheVocabularyAreNamed() {
        assertThatThrownBy(() -> model.embed(f, new long[] {1, 30})).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("30");
    }
}
