package io.github.x2i4j.model.internvl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TileGridTest {
    @ParameterizedTest
    @CsvSource({"128,128,1,1", "448,448,1,1", "1024,1024,3,3", "2048,2048,3,3", "640,480,4,3", "800,600,4,3", "1920,1080,4,2", "896,448,2,1",
        "1000,300,3,1", "300,1000,1,3", "5000,10,12,1"})
    void theReferencesGridIsChosen(int width, int height, int columns, int rows) {
        assertThat(TileGrid.closest(width, height, 1, 12, 448)).isEqualTo(new TileGrid(columns, rows));
    }

    @Test
    void aLargerGridOfTheSameShapeNeedsMoreThanHalfOfItsPixels() {
        assertThat(TileGrid.closest(28, 14, 1, 8, 10)).isEqualTo(new TileGrid(2, 1));
        assertThat(TileGrid.closest(30, 15, 1, 8, 10)).isEqualTo(new TileGrid(4, 2));
    }

    @Test
    void candidatesHaveFromOneToTwelveTilesSmallerOnesFirst() {
        List<TileGrid> grids = TileGrid.candidates(1, 12);

        assertThat(grids).hasSize(35).doesNotHaveDuplicates().isSortedAccordingTo((a, b) -> a.tiles() - b.tiles())
                .startsWith(new TileGrid(1, 1)).contains(new TileGrid(3, 4), new TileGrid(12, 1), new TileGrid(1, 11));
        assertThat(grids).allMatch(g -> g.tiles() <= 12);
    }

    @Test
    void aLeastNumberOfTilesHolds() {
        assertThat(TileGrid.closest(100, 100, 4, 6, 10)).isEqualTo(new TileGrid(2, 2));
        assertThat(TileGrid.candidates(4, 4)).containsExactly(new TileGrid(1, 4), new TileGrid(2, 2), new TileGrid(4, 1));
    }

    /** Why the order of grids with equally many tiles does not matter: no two of them are ever closest together. */
    @Test
    void betweenTwoGridsOfEquallyManyTilesLiesAThirdOfFewer() {
        List<TileGrid> grids = TileGrid.candidates(1, 40);
        for (TileGrid a : grids) {
            for (TileGrid b : grids) {
                if (a.tiles() == b.tiles() && a.columns() < b.columns()) {
                    assertThat(grids).anyMatch(c -> c.tiles() < a.tiles() && above(c, a) && above(b, c));
                }
            }
        }
    }

    private static boolean above(TileGrid a, TileGrid b) {
        return a.columns() * b.rows() > b.columns() * a.rows();
    }
}
