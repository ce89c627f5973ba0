package io.github.x2i4j.model.vae;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Runs a network tile by tile and joins what it gives (diffusers' tiled_decode, tiled_encode). A tile is mixed with the
 * neighbours above and to the left, which have been mixed with theirs before: the order is part of the result.
 */
final class Tiles {
    private Tiles() {
    }

    /** One output tile: {@code planes} = batch x channels planes of {@code height} x {@code width}. */
    private record Tile(float[] values, long[] shape) {
        static Tile of(Tensor t) {
            return new Tile(t.toFloats(), t.shape().toArray());
        }

        int planes() {
            return Math.toIntExact(shape[0] * shape[1]);
        }

        int height() {
            return Math.toIntExact(shape[2]);
        }

        int width() {
            return Math.toIntExact(shape[3]);
        }

        /** Mixes the first rows with the last rows of the tile above. */
        void blendVertically(Tile above, int blend) {
            int extent = Math.min(Math.min(above.height(), height()), blend);
            int w = width();
            for (int p = 0; p < planes(); p++) {
                for (int y = 0; y < extent; y++) {
                    float mine = (float) ((double) y / extent);
                    float theirs = (float) (1 - (double) y / extent);
                    int to = (p * height() + y) * w;
                    int from = (p * above.height() + above.height() - extent + y) * w;
                    for (int x = 0; x < w; x++) {
                        values[to + x] = above.values[from + x] * theirs + values[to + x] * mine;
                    }
                }
            }
        }

        /** Mixes the first columns with the last columns of the tile to the left. */
        void blendHorizontally(Tile left, int blend) {
            int extent = Math.min(Math.min(left.width(), width()), blend);
            for (int row = 0; row < planes() * height(); row++) {
                int to = row * width();
                int from = row * left.width() + left.width() - extent;
                for (int x = 0; x < extent; x++) {
                    float mine = (float) ((double) x / extent);
                    float theirs = (float) (1 - (double) x / extent);
                    values[to + x] = left.values[from + x] * theirs + values[to + x] * mine;
                }
            }
        }
    }

    /**
     * Cuts, runs and joins.
     *
     * @param x F32 [B, C, H, W]
     * @param network maps a tile [B, C, h, w] to [B, C', h', w'], with the same enlargement or reduction for every tile
     * @return F32 [B, C', H', W']
     */
    static Tensor run(Ops f, Tensor x, Tiling.Grid grid, BiFunction<Ops, Tensor, Tensor> network) {
        List<Tensor> rows = new ArrayList<>();
        List<Tile> above = List.of();
        try (Scope outer = f.scope()) {
            for (long i = 0; i < x.dim(2); i += grid.step()) {
                List<Tile> row = new ArrayList<>();
                for (long j = 0; j < x.dim(3); j += grid.step()) {
                    Tile tile = compute(outer, x, i, j, grid, network);
                    if (!above.isEmpty()) {
                        tile.blendVertically(above.get(row.size()), grid.blend());
                    }
                    if (!row.isEmpty()) {
                        tile.blendHorizontally(row.getLast(), grid.blend());
                    }
                    row.add(tile);
                }
                rows.add(join(outer, row, grid.limit()));
                above = row;
            }
            return outer.escape(outer.concat(2, rows.toArray(Tensor[]::new)));
        }
    }

    private static Tile compute(Ops ops, Tensor x, long i, long j, Tiling.Grid grid, BiFunction<Ops, Tensor, Tensor> network) {
        try (Scope f = ops.scope()) {
            Tensor rows = f.slice(x, 2, i, Math.min(i + grid.tile(), x.dim(2)));
            Tensor part = f.slice(rows, 3, j, Math.min(j + grid.tile(), x.dim(3)));
            return Tile.of(network.apply(f, part));
        }
    }

    /** The top left parts of a row of tiles, side by side. */
    private static Tensor join(Ops ops, List<Tile> row, int limit) {
        try (Scope f = ops.scope()) {
            Tensor[] parts = new Tensor[row.size()];
            for (int k = 0; k < parts.length; k++) {
                Tile tile = row.get(k);
                Tensor whole = f.floats(tile.values(), tile.shape());
                Tensor cut = f.slice(whole, 2, 0, Math.min(limit, tile.height()));
                parts[k] = f.slice(cut, 3, 0, Math.min(limit, tile.width()));
            }
            return f.escape(f.concat(3, parts));
        }
    }
}
