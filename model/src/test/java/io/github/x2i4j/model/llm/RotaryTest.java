package io.github.x2i4j.model.llm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class RotaryTest {
    @Test
    void sectionsOfTheFrequenciesTurnWithTimeHeightAndWidth() {
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); Scope f = engine.scope()) {
            Rotary r = Rotary.ofPositions(f, new long[][] {{0, 3}, {0, 4}, {0, 5}}, 1e6, 128, new int[] {16, 24, 24}, RopeFrequencies.FLOAT32);

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
            Rotary r = Rotary.ofPositions(f, new long[][] {{7}}, 1e4, 8, null, RopeFrequencies.FLOAT32);

            assertThat(r.sin().toFloats()).containsExactly(new float[] {(float) Math.sin(7), (float) Math.sin(0.7), (float) Math.sin(0.07),
                (float) Math.sin(0.007)}, Offset.offset(1e-6f));
        }
    }

    /** Numbers of PyTorch: {@code inv_freq.bfloat16().float() * 500}, head width 128, theta 1e6, frequencies 0, 1, 2, 7, 20 and 63. */
    @Test
    void frequenciesInBfloat16TurnDistantTokensElsewhere() {
        float[] cos = {-0.883849263f, 0.975921392f, -0.805245638f, -0.922680855f, 0.932455063f, 0.999999821f};
        float[] sin = {-0.467771798f, 0.218122602f, -0.592941344f, -0.385564566f, 0.361286044f, 0.000622123422f};
        float[] exact = {-0.883849263f, 0.698675096f, -0.447540581f, -0.928309023f, 0.927015364f, 0.999999821f};
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); Scope f = engine.scope()) {
            long[][] position = {{500}, {500}, {500}};
            Rotary rounded = Rotary.ofPositions(f, position, 1e6, 128, new int[] {16, 24, 24}, RopeFrequencies.BFLOAT16);
            assertThat(chosen(rounded.cos())).containsExactly(cos, Offset.offset(1e-6f));
            assertThat(chosen(rounded.sin())).containsExactly(sin, Offset.offset(1e-6f));
            assertThat(chosen(Rotary.ofPositions(f, position, 1e6, 128, null, RopeFrequencies.FLOAT32).cos())).containsExactly(exact,
                    Offset.offset(5e-5f));
        }
    }

    private static float[] chosen(Tensor t) {
        float[] all = t.toFloats();
        return new float[] {all[0], all[1], all[2], all[7], all[20], all[63]};
    }

    /** Numbers of PyTorch's {@code bfloat16()}. */
    @Test
    void roundingIsToNearestAndHalvesToEven() {
        float[] in = {1.00390625f, 1.01171875f, 0.1f, -0.1f, 3.4028f, 65535f, 1e-8f, 0f};
        float[] out = {1f, 1.015625f, 0.10009765625f, -0.10009765625f, 3.40625f, 65536f, 1.0011717677116394e-08f, 0f};
        for (int i = 0; i < in.length; i++) {
            assertThat(RopeFrequencies.BFLOAT16.round(in[i])).isEqualTo(out[i]);
            assertThat(RopeFrequencies.FLOAT32.round(in[i])).isEqualTo(in[i]);
        }
    }
}
