package io.github.x2i4j.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GiveBackTest {
    @Test
    void everythingIsGivenBackAndTheFirstFailureCarriesTheOthers() {
        List<Integer> given = new ArrayList<>();
        assertThatThrownBy(() -> GiveBack.each(List.of(1, 2, 3, 4), i -> {
            given.add(i);
            if (i % 2 == 0) {
                throw new IllegalStateException("no " + i);
            }
        })).isInstanceOf(IllegalStateException.class).hasMessage("no 2")
                .satisfies(e -> assertThat(e.getSuppressed()).singleElement().hasToString("java.lang.IllegalStateException: no 4"));
        assertThat(given).containsExactly(1, 2, 3, 4);
    }

    @Test
    void whatLedToGivingBackIsWhatIsTold() {
        IllegalStateException failure = new IllegalStateException("first");
        GiveBack.after(failure, () -> {
            throw new IllegalArgumentException("then");
        });
        assertThat(failure.getSuppressed()).singleElement().isInstanceOf(IllegalArgumentException.class);
    }
}
