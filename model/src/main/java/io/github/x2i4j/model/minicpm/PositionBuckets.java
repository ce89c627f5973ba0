package io.github.x2i4j.model.minicpm;

/**
 * Where the patches of a picture of any size stand in the square table of positions: the fraction of the way down (or to the right)
 * decides (arXiv 2307.06304, section 2.1; {@code SiglipVisionEmbeddings} of MiniCPM-V).
 *
 * <p>The reference compares fractions and borders as float32 numbers, many of which are equal but for rounding. So the rounding is part of
 * the result: fractions are those of {@code torch.arange} on a processor with vectors of eight floats, which multiplies once for each
 * vector and adds the rest, but multiplies for each element in the tail.
 */
final class PositionBuckets {
    private static final int LANES = 8;

    private PositionBuckets() {
    }

    /** Rows of the table for the patches of a picture, row-major. */
    static long[] ids(PatchGrid grid, int tableSide) {
        int[] rows = axis(grid.rows(), tableSide);
        int[] columns = axis(grid.columns(), tableSide);
        long[] ids = new long[grid.patches()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (long) rows[i / grid.columns()] * tableSide + columns[i % grid.columns()];
        }
        return ids;
    }

    /** The place, from 0 to {@code tableSide - 1}, of each of {@code patches} patches along one axis. */
    static int[] axis(int patches, int tableSide) {
        int[] buckets = new int[patches];
        int bucket = 0;
        for (int i = 0; i < patches; i++) {
            float fraction = fraction(i, patches);
            while (bucket < tableSide - 1 && border(bucket, tableSide) <= fraction) {
                bucket++;
            }
            buckets[i] = bucket;
        }
        return buckets;
    }

    /** Element {@code i} of {@code arange(0, 1 - 1e-6, 1 / n)}. */
    private static float fraction(int i, int n) {
        double step = 1f / n;
        if (i >= n / LANES * LANES) {
            return (float) (i * step);
        }
        int lane = i % LANES;
        float first = (float) ((i - lane) * step);
        return (float) (first + lane * step);
    }

    /** Element {@code k} of {@code arange(1 / side, 1.0, 1 / side)}. */
    private static float border(int k, int side) {
        double step = 1.0 / side;
        return (float) (step + k * step);
    }
}
