package io.github.x2i4j.engine;

/**
 * Which keys a query sees: one contiguous range of key positions for each query. Causal attention, attention windows,
 * packed segments and padding on either side are all of this form.
 *
 * <p>Implementations ask {@link #begin(long)} and {@link #end(long)} for query i in [0, Sq).
 */
public sealed interface AttentionMask {
    /** First key that query {@code i} sees. */
    long begin(long i);

    /** One past the last key that query {@code i} sees; never below or equal to {@link #begin}. */
    long end(long i);

    /** Every query sees all {@code keys} keys. */
    record Full(long keys) implements AttentionMask {
        @Override public long begin(long i) { return 0; }

        @Override public long end(long i) { return keys; }
    }

    /** Query i sees keys 0 .. i + offset; {@code offset} is the number of cached keys before the first query. */
    record Causal(long offset) implements AttentionMask {
        @Override public long begin(long i) { return 0; }

        @Override public long end(long i) { return i + offset + 1; }
    }

    /** Query i sees keys {@code begins[i]} .. {@code ends[i] - 1}. The arrays are not copied and must not be changed. */
    record Ranges(int[] begins, int[] ends) implements AttentionMask {
        @Override public long begin(long i) { return begins[Math.toIntExact(i)]; }

        @Override public long end(long i) { return ends[Math.toIntExact(i)]; }
    }

    /** Queries and keys are the same sequence, cut into segments at {@code cumulative} = 0, ..., S; each sees its own segment. */
    static AttentionMask segments(int[] cumulative) {
        int n = cumulative[cumulative.length - 1];
        int[] begins = new int[n];
        int[] ends = new int[n];
        for (int s = 0; s + 1 < cumulative.length; s++) {
            for (int i = cumulative[s]; i < cumulative[s + 1]; i++) {
                begins[i] = cumulative[s];
                ends[i] = cumulative[s + 1];
            }
        }
        return new Ranges(begins, ends);
    }
}
