package io.github.x2i4j.model.minicpm;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;

/**
 * A picture as the vision tower takes it.
 *
 * @param values [3, patch, patch * L], the L patches row-major, normalised; not copied
 * @param grid how many patches it has
 * @param patchSize pixels of a patch's side
 */
public record PixelPatches(float[] values, PatchGrid grid, int patchSize) {

    /** The same as a tensor of {@code f}: F32 [3, patch, patch * L]. */
    public Tensor tensor(Ops f) {
        return f.floats(values, VisionConfig.CHANNELS, patchSize, (long) patchSize * grid.patches());
    }
}
