package io.github.x2i4j.model.internvl;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;

/**
 * A picture as the vision tower takes it.
 *
 * @param values [count, 3, side, side], row-major, normalised; not copied
 * @param count number of tiles
 * @param side pixels of a tile's side
 */
public record PixelTiles(float[] values, int count, int side) {

    /** The same as a tensor of {@code f}: F32 [count, 3, side, side]. */
    public Tensor tensor(Ops f) {
        return f.floats(values, count, VisionConfig.CHANNELS, side, side);
    }
}
