package io.github.x2i4j.model.qwen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
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
    void anglesFollowTheOrderOfTokensRowsBeforeColumns() {
        PatchPositions p = PatchPositions.of(List.of(new PatchGrid(1, 4, 4)), 2);
        float[] angles = p.angles(new long[] {3, 0, 1, 2}, 4, new float[] {1, 0.5f});
        assertThat(angles).hasSize(16 * 4);
        assertThat(List.of(angles[0], angles[1], angles[2], angles[3])).containsExactly(2f, 1f, 2f, 1f);
        assertThat(List.of(angles[4], angles[5], angles[6], angles[7])).containsExactly(2f, 1f, 3f, 1.5f);
        assertThat(List.of(angles[16], angles[17], angles[18], angles[19])).containsExactly(0f, 0f, 0f, 0f);
    }
}
