package io.github.x2i4j.model.flux;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.Scope;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SinusoidTest {
    /** Angles near 1000 are rounded to F32, whose neighbours are 6e-5 apart there. */
    private static final Offset<Float> ROUNDING = Offset.offset(6.5e-5f);

    @Test
    void agreesWithTheReferenceAtAThousand() {
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); Scope f = engine.scope()) {
            float[] e = Sinusoid.of(f, new float[] {1000}).toFloats();
            float[] cosines = {0.56237906f, 0.78962666f, 0.43992788f};
            float[] sines = {0.82687956f, 0.61358762f, -0.89803308f};
            for (int k = 0; k < cosines.length; k++) {
                assertThat(e[k]).isCloseTo(cosines[k], ROUNDING);
                assertThat(e[128 + k]).isCloseTo(sines[k], ROUNDING);
            }
        }
    }

    @Test
    void eachValueHasARowOfItsOwn() {
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); Scope f = engine.scope()) {
            float[] both = Sinusoid.of(f, new float[] {3, 752}).row(1).toFloats();
            assertThat(both).isEqualTo(Sinusoid.of(f, new float[] {752}).toFloats());
            assertThat(Sinusoid.of(f, new float[] {0}).toFloats()).startsWith(1, 1, 1).endsWith(0, 0, 0);
        }
    }
}
