package io.github.x2i4j.model.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.nn.BlockHook;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaddedPromptTest {
    private static final int PAD = 29;
    private static final PadRule SHARED = PadRule.SHARED_POSITION;

    private final Engine engine = Engine.open(EngineOptions.DEFAULT);
    private final Scope f = engine.scope();
    private final LanguageModel model = TinyDecoder.model();

    @AfterEach
    void close() {
        f.close();
        engine.close();
    }

    /** Every row computed for itself, with the reference's mask: what the distinct rows must reproduce. */
    private Tensor everyRow(long[] ids, long[] mask, long[][] positions, PadRule rule) {
        int n = ids.length;
        int lead = 0;
        while (mask[lead] == 0) {
            lead++;
        }
        int[] begins = new int[n];
        int[] ends = new int[n];
        int last = 0;
        int leading = lead;
        for (int i = 0; i < n; i++) {
            last = mask[i] == 0 ? last : i + 1;
            begins[i] = i < lead ? 0 : lead;
            ends[i] = i < lead ? n : last;
        }
        KeysSeen all = new KeysSeen() {
            @Override
            public AttentionMask mask() {
                return new AttentionMask.Ranges(begins, ends);
            }

            @Override
            public Tensor queries(Scope s, Tensor q) {
                float[] values = q.toFloats();
                Arrays.fill(values, 0, rule == PadRule.RUNNING_POSITIONS ? leading * values.length / n : 0, 0);
                return s.floats(values, q.shape().toArray());
            }

            @Override
            public KeyValue see(Scope s, int layer, KeyValue own) {
                return own;
            }
        };
        return model.forward(f, model.embed(f, ids), positions, all, BlockHook.NONE);
    }

    private Tensor distinctRows(long[] ids, long[] mask, long[][] positions, PadRule rule) {
        PaddedPrompt prompt = PaddedPrompt.of(ids, mask, rule);
        long[][] selected = Arrays.stream(positions).map(prompt::select).toArray(long[][]::new);
        return prompt.expand(f, model.forward(f, model.embed(f, prompt.select(ids)), selected, prompt.keys(null), BlockHook.NONE));
    }

    private static long[] ids(String mask) {
        long[] ids = new long[mask.length()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = mask.charAt(i) == '1' ? 3 + 5 * i % 17 : PAD;
        }
        return ids;
    }

    private static long[] mask(String mask) {
        return mask.chars().mapToLong(c -> c - '0').toArray();
    }

    private static long[][] positions(long[] mask) {
        long[] p = new long[mask.length];
        long next = 0;
        for (int i = 0; i < p.length; i++) {
            p[i] = mask[i] == 0 ? 1 : next++;
        }
        return new long[][] {p, p, p};
    }

    @ParameterizedTest
    @ValueSource(strings = {"1111", "11100000", "00001111", "00110000"})
    void computingEachPadOnceGivesTheStatesOfComputingAll(String padding) {
        long[] mask = mask(padding);
        Tensor expected = everyRow(ids(padding), mask, positions(mask), SHARED);

        Tensor got = distinctRows(ids(padding), mask, positions(mask), SHARED);

        assertThat(got.shape()).isEqualTo(expected.shape());
        assertThat(got.toFloats()).containsExactly(expected.toFloats(), Offset.offset(2e-5f));
    }

    @Test
    void tokensBeforeRightPaddingAreThoseOfTheUnpaddedPrompt() {
        Tensor padded = distinctRows(ids("11100000"), mask("11100000"), positions(mask("11100000")), SHARED);
        Tensor plain = distinctRows(ids("111"), mask("111"), positions(mask("111")), SHARED);

        for (int layer = 0; layer < plain.dim(0); layer++) {
            assertThat(padded.row(layer).rows(0, 3).toFloats()).containsExactly(plain.row(layer).toFloats(), Offset.offset(2e-5f));
        }
    }

    @Test
    void tokensAfterLeftPaddingAreThoseOfTheUnpaddedPrompt() {
        Tensor padded = distinctRows(ids("00000111"), mask("00000111"), positions(mask("00000111")), SHARED);
        long[] tokens = Arrays.copyOfRange(ids("00000111"), 5, 8);
        Tensor plain = distinctRows(tokens, mask("111"), positions(mask("111")), SHARED);

        for (int layer = 0; layer < plain.dim(0); layer++) {
            assertThat(padded.row(layer).rows(5, 8).toFloats()).containsExactly(plain.row(layer).toFloats(), Offset.offset(2e-5f));
        }
    }

    private static long[][] running(int length) {
        long[] p = LongStream.range(0, length).toArray();
        return new long[][] {p, p, p};
    }

    private Tensor running(String padding, long pad) {
        long[] ids = ids(padding);
        for (int i = 0; i < ids.length; i++) {
            ids[i] = ids[i] == PAD ? pad : ids[i];
        }
        return distinctRows(ids, mask(padding), running(ids.length), PadRule.RUNNING_POSITIONS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1111", "11100000", "00001111", "00110000"})
    void padsAtPositionsOfTheirOwnAreComputedEach(String padding) {
        Tensor expected = everyRow(ids(padding), mask(padding), running(padding.length()), PadRule.RUNNING_POSITIONS);

        Tensor got = running(padding, PAD);

        assertThat(got.toFloats()).containsExactly(expected.toFloats(), Offset.offset(2e-5f));
    }

    @Test
    void padsAtRunningPositionsDifferFromRowToRowAndTokensDoNotSeeThem() {
        Tensor states = running("11100000", PAD);
        Tensor other = running("11100000", 28);

        assertThat(states.row(3).row(4).toFloats()).isNotEqualTo(states.row(3).row(5).toFloats());
        assertThat(states.row(3).row(4).toFloats()).isNotEqualTo(other.row(3).row(4).toFloats());
        assertThat(other.row(3).rows(0, 3).toFloats()).containsExactly(states.row(3).rows(0, 3).toFloats());
    }

    @Test
    void leadingPadsAtRunningPositionsGetTheSameAverage() {
        Tensor states = running("00011", PAD);

        assertThat(states.row(3).row(0).toFloats()).containsExactly(states.row(3).row(2).toFloats(), Offset.offset(2e-5f));
        Tensor shared = distinctRows(ids("00011"), mask("00011"), running(5), SHARED);
        assertThat(states.row(3).row(0).toFloats()).isNotEqualTo(shared.row(3).row(0).toFloats());
    }

    @Test
    void positionsBeyondWhatTheCheckpointKnowsAreRefused() {
        long far = TinyDecoder.CONFIG.maxPositions();

        assertThatThrownBy(() -> distinctRows(ids("11"), mask("11"), new long[][] {{0, far}, {0, 1}, {0, 1}}, SHARED))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining("position " + far).hasMessageContaining("shorter");
    }

    @Test
    void manyPadsAreOneRow() {
        assertThat(PaddedPrompt.of(ids("1110000000"), mask("1110000000"), SHARED).numRows()).isEqualTo(4);
        assertThat(PaddedPrompt.of(ids("0000000111"), mask("0000000111"), SHARED).numRows()).isEqualTo(4);
        assertThat(PaddedPrompt.of(ids("0001110000"), mask("0001110000"), SHARED).numRows()).isEqualTo(5);
    }

    @Test
    void padsBetweenTokensAreTwoRowsIfTheySeeDifferentTokens() {
        PaddedPrompt prompt = PaddedPrompt.of(ids("100110"), mask("100110"), SHARED);

        assertThat(prompt.numTokens()).isEqualTo(3);
        assertThat(prompt.numRows()).isEqualTo(5);
        assertThat(prompt.rowOf(1)).isEqualTo(prompt.rowOf(2)).isNotEqualTo(prompt.rowOf(5));
    }

    @Test
    void aPromptOfPadsAloneIsRefused() {
        assertThatThrownBy(() -> PaddedPrompt.of(new long[] {1, 2}, new long[2], SHARED)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("empty");
    }
}
