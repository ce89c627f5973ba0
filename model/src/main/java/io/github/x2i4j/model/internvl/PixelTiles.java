package io.github.x2i4j.model.internvl;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;
import java.util.List;

/**
 * Pictures as the vision tower takes them.
 *
 * @param values [count, 3, side, side], row-major, normalised; not copied
 * @param count number of tiles
 * @param side pixels of a tile's side
 */
public record PixelTiles(float[] values, int count, int side) {

    /** Tiles of several pictures, one after the other. */
    static PixelTiles join(List<PixelTiles> pictures) {
        PixelTiles first = pictures.getFirst();
        if (pictures.size() == 1) {
            return first;
        }
        float[] values = new float[pictures.stream().mapToInt(p -> p.values.length).reduce(0, Math::addExact)];
        int at = 0;
        for (PixelTiles p : pictures) {
            System.arraycopy(p.values, 0, values, at, p.values.length);
            at += p.values.length;
        }
        return new PixelTiles(values, pictures.stream().mapToInt(PixelTiles::count).sum(), first.side);
    }

    /** The same as a tensor of {@code f}: F32 [count, 3, side, side]. */
    public Tensor tensor(Ops f) {
        return f.floats(values, count, VisionConfig.CHANNELS, side, side);
    }
}
