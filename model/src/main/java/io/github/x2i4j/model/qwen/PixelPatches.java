package io.github.x2i4j.model.qwen;

/**
 * A picture or video as the vision tower takes it.
 *
 * @param values [N, channels * frames * patch * patch], row-major, patches token by token; not copied
 * @param grid its N patches
 */
public record PixelPatches(float[] values, PatchGrid grid) {
}
