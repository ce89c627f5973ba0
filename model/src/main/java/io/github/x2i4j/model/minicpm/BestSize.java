package io.github.x2i4j.model.minicpm;

/**
 * The size to which a picture is brought: its own shape, about the area the vision tower was trained on, sides that are whole patches
 * ({@code find_best_resize} of MiniCPM-V with upscaling).
 *
 * @param width pixels
 * @param height pixels
 */
public record BestSize(int width, int height) {

    /**
     * @param resolution side of the square of that area
     * @param patchSize sides become multiples of it
     */
    public static BestSize of(int width, int height, int resolution, int patchSize) {
        double ratio = (double) width / height;
        int h = (int) (resolution / Math.sqrt(ratio));
        int w = (int) (h * ratio);
        return new BestSize(wholePatches(w, patchSize), wholePatches(h, patchSize));
    }

    private static int wholePatches(int side, int patchSize) {
        return Math.max((int) Math.rint((double) side / patchSize) * patchSize, patchSize);
    }
}
