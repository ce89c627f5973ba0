package io.github.x2i4j.model.text;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;

/**
 * Attention bias by relative position (transformers' T5Attention.compute_bias, bidirectional): near distances have a bucket
 * each, far ones share logarithmically growing buckets, and the two directions have one half of the buckets each.
 *
 * @param table F32 [buckets, heads]
 * @param maxDistance distance from which on all positions share the last bucket
 */
record T5RelativeBias(Tensor table, int maxDistance) {

    /**
     * The bias of a sequence of S tokens.
     *
     * @return F32 [heads, 2 S - 1]; column d + S - 1 holds the bias of key position minus query position d
     */
    Tensor forLength(Ops f, long length) {
        int s = Math.toIntExact(length);
        int columns = Math.toIntExact(2 * length - 1);
        int buckets = Math.toIntExact(table.dim(0));
        int heads = Math.toIntExact(table.dim(1));
        float[] stored = table.toFloats();
        float[] bias = new float[Math.multiplyExact(heads, columns)];
        for (int c = 0; c < columns; c++) {
            int bucket = bucket(c - (s - 1), buckets, maxDistance);
            for (int h = 0; h < heads; h++) {
                bias[h * columns + c] = stored[bucket * heads + h];
            }
        }
        return f.floats(bias, heads, columns);
    }

    /**
     * Bucket of a signed distance.
     *
     * @param distance key position minus query position
     * @param numBuckets both directions together
     */
    static int bucket(int distance, int numBuckets, int maxDistance) {
        int half = numBuckets / 2;
        int first = distance > 0 ? half : 0;
        int n = Math.abs(distance);
        int exact = half / 2;
        if (n < exact) {
            return first + n;
        }
        // torch computes this in float32
        float log = (float) Math.log((float) n / exact) / (float) Math.log((double) maxDistance / exact) * (half - exact);
        return first + Math.min(half - 1, exact + (int) log);
    }
}
