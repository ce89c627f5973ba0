package io.github.x2i4j.model.qwen;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;
import java.util.List;

/**
 * Pictures, or videos, one after the other.
 *
 * @param pixels F32 [N, patchValues], or null if there are none
 * @param grids their N patches in all
 */
public record VisionInput(Tensor pixels, List<PatchGrid> grids) {
    public static final VisionInput NONE = new VisionInput(null, List.of());

    /** Joins items; the tensor belongs to {@code f}. */
    public static VisionInput of(Ops f, List<PixelPatches> items) {
        if (items.isEmpty()) {
            return NONE;
        }
        Tensor[] parts = items.stream().map(p -> f.floats(p.values(), p.grid().patches(), p.values().length / p.grid().patches()))
                .toArray(Tensor[]::new);
        return new VisionInput(parts.length == 1 ? parts[0] : f.concat(0, parts), items.stream().map(PixelPatches::grid).toList());
    }

    boolean isEmpty() {
        return grids.isEmpty();
    }

    /** @throws IllegalArgumentException if pixels and grids do not belong together */
    void check(VisionConfig c) {
        long patches = grids.stream().mapToLong(PatchGrid::patches).sum();
        int merge = c.spatialMergeSize();
        boolean whole = grids.stream().allMatch(g -> g.t() > 0 && g.h() > 0 && g.w() > 0 && g.h() % merge == 0 && g.w() % merge == 0);
        if (!whole || !isEmpty() && (pixels.dtype() != DType.F32 || pixels.rank() != 2 || pixels.dim(0) != patches
                || pixels.dim(1) != c.patchValues())) {
            throw new IllegalArgumentException("pixels " + pixels + " do not fit grids " + grids + " of " + c.patchValues()
                    + " values a patch, " + merge + " x " + merge + " patches a token");
        }
    }
}
