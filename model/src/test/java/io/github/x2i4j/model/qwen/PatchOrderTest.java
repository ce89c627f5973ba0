package io.github.x2i4j.model.qwen;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.llm.RopeFrequencies;
import io.github.x2i4j.model.llm.Rotary;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class PatchOrderTest {
    private static WindowOrder order(PatchGrid... grids) {
        return WindowOrder.of(List.of(grids), 2, 4);
    }

    @Test
    void windowsThatOverhangAreCutAtTheEdge() {
        WindowOrder o = order(new PatchGrid(1, 10, 10));
        assertThat(o.tokens()).containsExactly(0, 1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 13, 15, 16, 17, 18, 4, 9, 14, 19, 20, 21, 22, 23, 24);
        assertThat(o.windows()).containsExactly(0, 64, 80, 96, 100);
        assertThat(o.steps()).containsExactly(0, 100);
    }

    @Test
    void windowsThatFitLeaveNoEmptyOnes() {
        WindowOrder o = order(new PatchGrid(1, 16, 16));
        assertThat(o.tokens()).startsWith(0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27, 4, 5, 6, 7, 12)
                .endsWith(55, 60, 61, 62, 63);
        assertThat(o.windows()).containsExactly(0, 64, 128, 192, 256);
    }

    @Test
    void eachTimeStepHasWindowsOfItsOwn() {
        WindowOrder o = order(new PatchGrid(2, 6, 12));
        assertThat(o.tokens()).containsExactly(0, 1, 2, 3, 6, 7, 8, 9, 12, 13, 14, 15, 4, 5, 10, 11, 16, 17, 18, 19, 20, 21, 24, 25, 26, 27,
                30, 31, 32, 33, 22, 23, 28, 29, 34, 35);
        assertThat(o.windows()).containsExactly(0, 48, 72, 120, 144);
        assertThat(o.steps()).containsExactly(0, 72, 144);
    }

    @Test
    void picturesFollowOneAnother() {
        WindowOrder o = order(new PatchGrid(1, 4, 4), new PatchGrid(1, 6, 4));
        assertThat(o.tokens()).containsExactly(IntStream.range(0, 10).asLongStream().toArray());
        assertThat(o.windows()).containsExactly(0, 16, 40);
        assertThat(o.steps()).containsExactly(0, 16, 40);
    }

    @Test
    void placesUndoTheOrder() {
        WindowOrder o = order(new PatchGrid(1, 10, 14), new PatchGrid(2, 6, 12));
        long[] places = o.places();
        for (int i = 0; i < places.length; i++) {
            assertThat(places[(int) o.tokens()[i]]).isEqualTo(i);
        }
    }

    @Test
    void patchesAreListedTokenByToken() {
        PatchPositions p = PatchPositions.of(List.of(new PatchGrid(1, 4, 6)), 2);
        assertThat(p.rows()).containsExactly(0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3, 2, 2, 3, 3);
        assertThat(p.columns()).containsExactly(0, 1, 0, 1, 2, 3, 2, 3, 4, 5, 4, 5, 0, 1, 0, 1, 2, 3, 2, 3, 4, 5, 4, 5);
    }

    @Test
    void rotationsFollowTheOrderOfTokensRowsBeforeColumns() {
        PatchPositions p = PatchPositions.of(List.of(new PatchGrid(1, 4, 4)), 2);
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); Scope f = engine.scope()) {
            Rotary r = p.rotary(f, new long[] {3, 0, 1, 2}, 4, 10_000, 8, RopeFrequencies.FLOAT32);
            assertThat(r.sin().shape().toArray()).containsExactly(16, 4);
            assertThat(r.sin().row(0).toFloats()).containsExactly(sines(2, 0.02, 2, 0.02), Offset.offset(1e-6f));
            assertThat(r.sin().row(1).toFloats()).containsExactly(sines(2, 0.02, 3, 0.03), Offset.offset(1e-6f));
            assertThat(r.sin().row(4).toFloats()).containsOnly(0);
        }
    }

    private static float[] sines(double... angles) {
        float[] out = new float[angles.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) Math.sin(angles[i]);
        }
        return out;
    }

    /** Numbers of PyTorch: {@code arange(300).bfloat16()} times {@code inv_freq.bfloat16()}, its cosines and sines. */
    @Test
    void inBfloat16PositionsAnglesSinesAndCosinesAreRoundedAsWell() {
        PatchPositions p = new PatchPositions(new int[] {5, 17}, new int[] {259, 3});
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); Scope f = engine.scope()) {
            Rotary r = p.rotary(f, new long[] {0, 1}, 1, 10_000, 80, RopeFrequencies.BFLOAT16);
            assertThat(chosen(r.cos().row(0))).containsExactly(0.283203125f, -1, -0.408203125f, 0.87890625f, 1, -0.73046875f, -0.06640625f,
                    -0.984375f, 0.6484375f, 1);
            assertThat(chosen(r.sin().row(0))).containsExactly(-0.95703125f, -0.0146484375f, 0.9140625f, 0.478515625f, 0.000793457031f,
                    0.68359375f, 0.99609375f, 0.171875f, 0.76171875f, 0.0412597656f);
            assertThat(chosen(r.cos().row(1))).containsExactly(-0.275390625f, -0.243164062f, 0.87890625f, -0.131835938f, 1, -0.98828125f,
                    -0.322265625f, 0.3671875f, 0.95703125f, 1);
            assertThat(chosen(r.sin().row(1))).containsExactly(-0.9609375f, -0.96875f, 0.478515625f, 0.9921875f, 0.00268554688f, 0.141601562f,
                    0.9453125f, 0.9296875f, 0.296875f, 0.00047492981f);
        }
    }

    private static float[] chosen(Tensor row) {
        int[] places = {0, 1, 2, 5, 19, 20, 21, 22, 25, 39};
        float[] out = new float[places.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = row.toFloats()[places[i]];
        }
        return out;
    }
}
