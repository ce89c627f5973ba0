package io.github.x2i4j.model.internvl;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Tiles that a picture is cut into ({@code find_closest_aspect_ratio}).
 *
 * @param columns tiles of a row
 * @param rows tiles of a column
 */
public record TileGrid(int columns, int rows) {
    public int tiles() {
        return columns * rows;
    }

    /**
     * The grid of {@code min} to {@code max} tiles that distorts a picture least. Of grids that distort it alike, larger ones are taken as
     * long as the picture has more than half of their pixels.
     *
     * <p>The reference lists grids of equally many tiles in no particular order. With {@code min} 1 it does not matter: between two of
     * them lies a third of fewer tiles, which is closer to whatever lies half way.
     *
     * @param side pixels of a tile's side
     */
    public static TileGrid closest(int width, int height, int min, int max, int side) {
        double ratio = (double) width / height;
        double least = Double.POSITIVE_INFINITY;
        TileGrid best = null;
        for (TileGrid grid : candidates(min, max)) {
            double off = Math.abs(ratio - (double) grid.columns / grid.rows);
            boolean larger = off == least && (double) width * height > 0.5 * side * side * grid.columns * grid.rows;
            if (off < least || larger) {
                least = off;
                best = grid;
            }
        }
        return best;
    }

    /** Grids of {@code min} to {@code max} tiles, the smaller ones first. */
    static List<TileGrid> candidates(int min, int max) {
        List<TileGrid> grids = new ArrayList<>();
        for (int columns = 1; columns <= max; columns++) {
            for (int rows = 1; rows <= max / columns; rows++) {
                if (columns * rows >= min) {
                    grids.add(new TileGrid(columns, rows));
                }
            }
        }
        grids.sort(Comparator.comparingInt(TileGrid::tiles).thenComparingInt(TileGrid::columns));
        return grids;
    }
}
