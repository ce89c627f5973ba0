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
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaddedPromptTest {
    private static final int PAD = 29;

    private final Engine engine = Engine.open(EngineOptions.DEFAULT);
    private final Scope f = engine.scope();
    private final LanguageModel model = TinyDecoder.model();

    @AfterEach
    void close() {
        f.close();
        engine.close();
    }

    /** Every row computed for itself, with the reference's mask: what the distinct rows must reproduce. */
    private Tensor everyRow(long[] ids, long[] mask, long[][] positions) {
        int n = ids.length;
        int lead = 0;
        while (mask[lead] == 0) {
            lead++;
        }
        int[] begins = new int[n];
        int[] ends = new int[n];
        int last = 0;
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
            public KeyValue see(Scope s, int layer, KeyValue own) {
                return own;
            }
        };
        return model.forward(f, model.embed(f, ids), positions, all, BlockHook.NONE);
    }

    private Tensor distinctRows(long[] ids, long[] mask, long[][] positions) {
        PaddedPrompt prompt = PaddedPrompt.of(ids, mask);
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
        Tensor expected = everyRow(ids(padding), mask, positions(mask));

        Tensor got = distinctRows(ids(padding), mask, positions(mask));

        assertThat(got.shape()).isEqualTo(expected.shape());
        assertThat(got.toFloats()).containsExactly(expected.toFloats(), Offset.offset(2e-5f));
    }

    @Test
    void tokensBeforeRightPaddingAreThoseOfTheUnpaddedPrompt() {
        Tensor padded = distinctRows(ids("11100000"), mask("11100000"), positions(mask("11100000")));
        Tensor plain = distinctRows(ids("111"), mask("111"), positions(mask("111")));

        for (int layer = 0; layer < plain.dim(0); layer++) {
            assertThat(padded.row(layer).rows(0, 3).toFloats()).containsExactly(plain.row(layer).toFloats(), Offset.offset(2e-5f));
        }
    }

    @Test
    void tokensAfterLeftPaddingAreThoseOfTheUnpaddedPrompt() {
        Tensor padded = distinctRows(ids("00000111"), mask("00000111"), positions(mask("00000111")));
        long[] tokens = Arrays.copyOfRange(ids("00000111"), 5, 8);
        Tensor plain = distinctRows(tokens, mask("111"), positions(mask("111")));

        for (int layer = 0; layer < plain.dim(0); layer++) {
            assertThat(padded.row(layer).rows(5, 8).toFloats()).containsExactly(plain.row(layer).toFloats(), Offset.offset(2e-5f));
        }
    }

    @Test
    void manyPadsAreOneRow() {
        assertThat(PaddedPrompt.of(ids("1110000000"), mask("1110000000")).numRows()).isEqualTo(4);
        assertThat(PaddedPrompt.of(ids("0000000111"), mask("0000000111")).numRows()).isEqualTo(4);
        assertThat(PaddedPrompt.of(ids("0001110000"), mask("0001110000")).numRows()).isEqualTo(5);
    }

    @Test
    void padsBetweenTokensAreTwoRowsIfTheySeeDifferentTokens() {
        PaddedPrompt prompt = PaddedPrompt.of(ids("100110"), mask("100110"));

        assertThat(prompt.numTokens()).isEqualTo(3);
        assertThat(prompt.numRows()).isEqualTo(5);
        assertThat(prompt.rowOf(1)).isEqualTo(prompt.rowOf(2)).isNotEqualTo(prompt.rowOf(5));
    }

    @Test
    void aPromptOfPadsAloneIsRefused() {
        assertThatThrownBy(() -> PaddedPrompt.of(new long[] {1, 2}, new long[2])).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("empty");
    }
}
