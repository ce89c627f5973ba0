package io.github.x2i4j.model.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.model.mllm.AnswerOptions;
import io.github.x2i4j.model.mllm.Mllm;
import io.github.x2i4j.model.mllm.MllmPrompt;
import io.github.x2i4j.model.mllm.MllmTurn;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.nn.BlockHook;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class PartsTest {
    private int opened;
    private int closed;

    /** A model that is opened and closed and nothing else. */
    private final class Counted implements Mllm {
        Counted() {
            opened++;
        }

        @Override
        public int numHiddenStates() {
            return 1;
        }

        @Override
        public int hiddenSize() {
            return 1;
        }

        @Override
        public Encoded encode(Ops f, List<MllmTurn> past, MllmPrompt prompt, PromptOptions options, AnswerOptions answer,
                BlockHook hook, Consumer<String> warnings) {
            throw new AssertionError();
        }

        @Override
        public void close() {
            closed++;
        }
    }

    private void useTwice(Parts parts) {
        for (int i = 0; i < 2; i++) {
            try (Parts.Use<Mllm> use = parts.mllm("mllm", Counted::new)) {
                assertThat(use.part()).isNotNull();
                assertThat(opened - closed).isEqualTo(1);
            }
        }
    }

    @Test
    void releasedPartsAreClosedAfterEachUse() {
        try (Parts parts = Parts.released()) {
            useTwice(parts);
            assertThat(opened).isEqualTo(2);
            assertThat(closed).isEqualTo(2);
        }
        assertThat(closed).isEqualTo(2);
    }

    @Test
    void keptPartsAreOpenedOnceAndClosedAtTheEnd() {
        try (Parts parts = Parts.kept()) {
            useTwice(parts);
            assertThat(opened).isEqualTo(1);
            assertThat(closed).isZero();
        }
        assertThat(closed).isEqualTo(1);
    }

    @Test
    void aPartThatCannotBeOpenedIsTriedAgain() {
        try (Parts parts = Parts.kept()) {
            assertThatThrownBy(() -> parts.mllm("mllm", () -> {
                throw new InvalidInputException("no");
            })).isInstanceOf(InvalidInputException.class);
            useTwice(parts);
        }
        assertThat(closed).isEqualTo(1);
    }

    @Test
    void nothingIsOpenedAfterTheEnd() {
        Parts parts = Parts.kept();
        parts.close();
        assertThatThrownBy(() -> parts.mllm("mllm", Counted::new)).isInstanceOf(IllegalStateException.class);
        assertThat(opened).isZero();
    }
}
