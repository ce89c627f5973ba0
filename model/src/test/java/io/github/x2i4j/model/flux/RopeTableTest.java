package io.github.x2i4j.model.flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.Scope;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RopeTableTest {
    private static final int[] FLUX = {16, 56, 56};
    private static final int PAIRS = 64;

    private final Engine engine = Engine.open(EngineOptions.DEFAULT);
    private final Scope f = engine.scope();

    @AfterEach
    void close() {
        f.close();
        engine.close();
    }

    @Test
    void textAtTheOriginIsNotTurned() {
        RopeTable t = RopeTable.of(f, LatentGrid.textIds(3), FLUX);
        assertThat(t.cos().shape().toArray()).containsExactly(3, PAIRS);
        assertThat(t.cos().toFloats()).containsOnly(1);
        assertThat(t.sin().toFloats()).containsOnly(0);
    }

    @Test
    void eachAxisTurnsItsOwnChannelsByItsOwnFrequencies() {
        RopeTable t = RopeTable.of(f, new float[][] {{0, 0, 0}, {2, 3, 41.5f}}, FLUX);
        float[] cos = t.cos().row(1).toFloats();
        float[] sin = t.sin().row(1).toFloats();
        assertThat(cos[0]).isEqualTo((float) Math.cos(2));
        assertThat(cos[7]).isEqualTo((float) Math.cos(2 * Math.pow(10_000, -14.0 / 16)));
        assertThat(cos[8]).as("first pair of the rows").isEqualTo((float) Math.cos(3));
        assertThat(sin[9]).isEqualTo((float) Math.sin(3 * Math.pow(10_000, -2.0 / 56)));
        assertThat(sin[36]).as("first pair of the columns").isEqualTo((float) Math.sin(41.5));
        assertThat(sin[63]).isEqualTo((float) Math.sin(41.5 * Math.pow(10_000, -54.0 / 56)));
    }

    @Test
    void largePositionsKeepTheirPrecision() {
        float position = 16_383;
        RopeTable t = RopeTable.of(f, new float[][] {{0, position, 0}}, FLUX);
        double angle = position * Math.pow(10_000, -2.0 / 56);
        assertThat(t.cos().toFloats()[9]).isEqualTo((float) Math.cos(angle));
        assertThat((float) Math.cos((float) angle)).as("an angle in F32 would differ").isNotEqualTo((float) Math.cos(angle));
    }

    @Test
    void pairsOfNeighbouringChannelsAreTurned() {
        RopeTable t = RopeTable.of(f, new float[][] {{1, 0}}, new int[] {2, 2});
        float[] y = t.apply(f, f.floats(new float[] {3, 5, 7, 11}, 1, 1, 1, 4)).toFloats();
        assertThat(y[0]).isCloseTo((float) (3 * Math.cos(1) - 5 * Math.sin(1)), Offset.offset(1e-6f));
        assertThat(y[1]).isCloseTo((float) (5 * Math.cos(1) + 3 * Math.sin(1)), Offset.offset(1e-6f));
        assertThat(y[2]).isEqualTo(7);
        assertThat(y[3]).isEqualTo(11);
    }

    @Test
    void positionsOfOtherAxesAreRefused() {
        assertThatThrownBy(() -> RopeTable.of(f, new float[][] {{0, 1}}, FLUX)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 axes").hasMessageContaining("3");
    }
}
