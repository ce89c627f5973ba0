package io.github.x2i4j.model.minicpm;

import io.github.x2i4j.model.prompt.Slices;

/** Into how many slices a picture is cut ({@code get_sliced_grid} of MiniCPM-V). */
final class SliceRule {
    private SliceRule() {
    }

    /**
     * The grid closest to the picture's shape, of about as many slices as the picture has times the area the vision tower was trained on.
     *
     * @param most largest number of slices; 1 for none
     * @param resolution side of the square of that area
     */
    static Slices of(int width, int height, int most, int resolution) {
        int wanted = (int) Math.min(most, Math.ceil((double) width * height / ((double) resolution * resolution)));
        if (wanted <= 1) {
            return Slices.NONE;
        }
        double shape = Math.log((double) width / height);
        double least = Double.POSITIVE_INFINITY;
        Slices best = null;
        for (int count = Math.max(2, wanted - 1); count <= Math.min(wanted + 1, most); count++) {
            for (int columns = 1; columns <= count; columns++) {
                double off = Math.abs(shape - Math.log((double) columns / (count / columns)));
                if (count % columns == 0 && off < least) {
                    least = off;
                    best = new Slices(columns, count / columns);
                }
            }
        }
        return best;
    }
}
