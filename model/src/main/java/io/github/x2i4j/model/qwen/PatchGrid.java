package io.github.x2i4j.model.qwen;

/**
 * Patches of a picture or video: {@code grid_thw} of the reference.
 *
 * @param t steps in time (a picture has 1, a video one for two frames)
 * @param h rows of patches
 * @param w columns of patches
 */
public record PatchGrid(int t, int h, int w) {
    /** Number of patches, which is the number of pixel rows. */
    public int patches() {
        return Math.multiplyExact(Math.multiplyExact(t, h), w);
    }

    /** Number of tokens that the language model sees, with {@code merge x merge} patches to a token. */
    public int tokens(int merge) {
        return patches() / (merge * merge);
    }
}
