package io.github.x2i4j.model.llm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.Scope;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class RotaryTest {
    @Test
    void sectionsOfTheFrequenciesTurnWithTimeHeightAndWidth() {
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); Scope f = engine.scope()) {
            Rotary r = Rotary.ofPositions(f, new long[][] {{0, 3}, {0, 4}, {0, 5}}, 1e6, 128, new int[] {16, 24, 24});

            assertThat(r.cos().shape().toArray()).containsExactly(2, 64);
            assertThat(r.cos().getFloat(0)).isEqualTo(1);
            assertThat(r.sin().getFloat(64)).isCloseTo((float) Math.sin(3), Offset.offset(1e-6f));
            assertThat(r.sin().getFloat(64 + 15)).isCloseTo((float) Math.sin(3 * Math.pow(1e6, -15 / 64.0)), Offset.offset(1e-6f));
            assertThat(r.sin().getFloat(64 + 16)).isCloseTo((float) Math.sin(0.126491), Offset.offset(1e-6f));
            assertThat(r.sin().getFloat(64 + 39)).isCloseTo((float) Math.sin(4 * Math.pow(1e6, -39 / 64.0)), Offset.offset(1e-7f));
            assertThat(r.sin().getFloat(64 + 40)).isCloseTo((float) Math.sin(8.8914e-4), Offset.offset(1e-7f));
        }
    }

    @Test
    void withoutSectionsAllFrequenciesTurnWithTheFirstAxis() {
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); Scope f = engine.scope()) {
            Rotary r = Rotary.ofPositions(f, new long[][] {{7}}, 1e4, 8, null);

            assertThat(r.sin().toFloats()).containsExactly(new float[] {(float) Math.sin(7), (float) Math.sin(0.7), (float) Math.sin(0.07),
                (float) Math.sin(0.007)}, Offset.offset(1e-6f));
        }
    }
}
