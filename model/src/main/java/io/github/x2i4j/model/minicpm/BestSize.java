package io.github.x2i4j.model.minicpm;

import io.github.x2i4j.model.prompt.Slices;

/**
 * The size to which a picture is brought: its own shape, about the area the vision tower was trained on, sides that are whole patches
 * ({@code find_best_resize} of MiniCPM-V with upscaling).
 *
 * @param width pixels
 * @param height pixels
 */
public record BestSize(int width, int height) {

    /**
     * Small pictures are enlarged.
     *
     * @param resolution side of the square of that area
     * @param patchSize sides become multiples of it
     */
    public static BestSize of(int width, int height, int resolution, int patchSize) {
        double ratio = (double) width / height;
        int h = (int) (resolution / Math.sqrt(ratio));
        int w = (int) (h * ratio);
        return new BestSize(wholePatches(w, patchSize), wholePatches(h, patchSize));
    }

    /** The same, small pictures left in about their size. */
    static BestSize shrunk(int width, int height, int resolution, int patchSize) {
        return (long) width * height > (long) resolution * resolution ? of(width, height, resolution, patchSize)
                : new BestSize(wholePatches(width, patchSize), wholePatches(height, patchSize));
    }

    /** The size of a picture that is cut into slices, each of which has the size of {@link #of}. */
    static BestSize sliced(int width, int height, Slices slices, int resolution, int patchSize) {
        BestSize slice = of(wholePatches(width, slices.columns()) / slices.columns(), wholePatches(height, slices.rows()) / slices.rows(),
                resolution, patchSize);
        return new BestSize(slice.width * slices.columns(), slice.height * slices.rows());
    }

    private static int wholePatches(int side, int patchSize) {
        return Math.max((int) Math.rint((double) side / patchSize) * patchSize, patchSize);
    }
}
