package io.github.x2i4j.model.qwen;

import java.util.ArrayList;
import java.util.List;

/**
 * Order in which the vision tower lists its tokens so that each window is contiguous ({@code get_window_index}), and the segments
 * in which attention stays.
 *
 * @param tokens token (in row-major order over all grids) at each place
 * @param windows patches before each window and after the last: 0, ..., N
 * @param steps patches before each time step of each picture or video and after the last: 0, ..., N
 */
record WindowOrder(long[] tokens, int[] windows, int[] steps) {

    /** @param side tokens of a window's side */
    static WindowOrder of(List<PatchGrid> grids, int merge, int side) {
        int total = grids.stream().mapToInt(g -> g.tokens(merge)).sum();
        int unit = merge * merge;
        long[] tokens = new long[total];
        List<Integer> windows = new ArrayList<>(List.of(0));
        List<Integer> steps = new ArrayList<>(List.of(0));
        int place = 0;
        int first = 0;
        for (PatchGrid g : grids) {
            int rows = g.h() / merge;
            int columns = g.w() / merge;
            for (int t = 0; t < g.t(); t++, first += rows * columns) {
                for (int y = 0; y < rows; y += side) {
                    for (int x = 0; x < columns; x += side) {
                        for (int r = y; r < Math.min(y + side, rows); r++) {
                            for (int c = x; c < Math.min(x + side, columns); c++) {
                                tokens[place++] = first + (long) r * columns + c;
                            }
                        }
                        windows.add(place * unit);
                    }
                }
                steps.add(place * unit);
            }
        }
        return new WindowOrder(tokens, ints(windows), ints(steps));
    }

    /** The place of each token: undoes the order. */
    long[] places() {
        long[] places = new long[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            places[(int) tokens[i]] = i;
        }
        return places;
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }
}
