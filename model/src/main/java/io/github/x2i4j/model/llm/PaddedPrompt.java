package io.github.x2i4j.model.llm;

import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A padded prompt, no row of which is computed twice.
 *
 * <p>Token i sees the tokens up to itself; a pad row sees the tokens before it and no pad, itself included. Where all pads have the
 * same position, those that see the same tokens are equal in every layer, and one of them stands for all: the distinct rows of a
 * prompt are its n tokens in order, then one row for each kind of pad. What becomes of leading pads, which would see nothing, is
 * told by {@link PadRule}.
 *
 * <p>Keys are laid out as all pads (only where leading pads see them), then the tokens, so that every row sees one range.
 */
public final class PaddedPrompt {
    private final int[] source;
    private final int[] rowOf;
    private final int numTokens;
    private final long[] keyRows;
    private final AttentionMask mask;
    private final long[] averaging;

    private PaddedPrompt(int[] source, int[] rowOf, int numTokens, long[] keyRows, AttentionMask mask, long[] averaging) {
        this.source = source;
        this.rowOf = rowOf;
        this.numTokens = numTokens;
        this.keyRows = keyRows;
        this.mask = mask;
        this.averaging = averaging;
    }

    /**
     * @param ids token ids [S], pads included
     * @param attentionMask [S], 0 for pads
     * @param rule what pads are to the family's decoder
     * @throws InvalidInputException if there is no token
     */
    public static PaddedPrompt of(long[] ids, long[] attentionMask, PadRule rule) {
        int length = ids.length;
        List<Integer> source = new ArrayList<>();
        int[] rowOf = new int[length];
        for (int i = 0; i < length; i++) {
            if (attentionMask[i] != 0) {
                rowOf[i] = source.size();
                source.add(i);
            }
        }
        int numTokens = source.size();
        if (numTokens == 0) {
            throw new InvalidInputException("the prompt is empty: all of its " + length + " positions are padding");
        }
        record Pad(long id, int tokensBefore, int position) { }
        Map<Pad, Integer> pads = new HashMap<>();
        List<Integer> padTokensBefore = new ArrayList<>();
        for (int i = 0, before = 0; i < length; i++) {
            if (attentionMask[i] != 0) {
                before++;
                continue;
            }
            Pad pad = new Pad(ids[i], before, rule == PadRule.RUNNING_POSITIONS ? i : 0);
            Integer row = pads.get(pad);
            if (row == null) {
                row = source.size();
                pads.put(pad, row);
                source.add(i);
                padTokensBefore.add(before);
            }
            rowOf[i] = row;
        }
        boolean leading = attentionMask[0] == 0;
        int padKeys = leading ? length - numTokens : 0;
        long[] keyRows = new long[padKeys + numTokens];
        for (int i = 0, p = 0; i < length && leading; i++) {
            if (attentionMask[i] == 0) {
                keyRows[p++] = rowOf[i];
            }
        }
        int[] begins = new int[source.size()];
        int[] ends = new int[source.size()];
        for (int r = 0; r < source.size(); r++) {
            int seen = r < numTokens ? r + 1 : padTokensBefore.get(r - numTokens);
            begins[r] = seen == 0 ? 0 : padKeys;
            ends[r] = seen == 0 ? length : padKeys + seen;
        }
        for (int t = 0; t < numTokens; t++) {
            keyRows[padKeys + t] = t;
        }
        long[] averaging = rule == PadRule.SHARED_POSITION ? new long[0]
                : IntStream.range(numTokens, begins.length).filter(r -> padTokensBefore.get(r - numTokens) == 0).asLongStream().toArray();
        return new PaddedPrompt(source.stream().mapToInt(Integer::intValue).toArray(), rowOf, numTokens, leading ? keyRows : null,
                new AttentionMask.Ranges(begins, ends), averaging);
    }

    /** Number of distinct rows. */
    public int numRows() {
        return source.length;
    }

    /** Number n of tokens that are no padding; they are the first n distinct rows. */
    public int numTokens() {
        return numTokens;
    }

    /** The distinct row that stands for a position of the padded prompt. */
    public int rowOf(int position) {
        return rowOf[position];
    }

    /** The elements of {@code perPosition} [S] that belong to the distinct rows. */
    public long[] select(long[] perPosition) {
        long[] out = new long[source.length];
        for (int r = 0; r < out.length; r++) {
            out[r] = perPosition[source[r]];
        }
        return out;
    }

    /** Brings [L, rows, H] of distinct rows to all S positions: [L, S, H]. */
    public Tensor expand(Ops f, Tensor states) {
        if (numRows() == rowOf.length && IntStream.range(0, rowOf.length).allMatch(i -> rowOf[i] == i)) {
            return states;
        }
        long layers = states.dim(0);
        long width = states.dim(2);
        long[] ids = new long[Math.toIntExact(layers * rowOf.length)];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (long) (i / rowOf.length) * numRows() + rowOf[i % rowOf.length];
        }
        return f.gatherRows(states.reshape(layers * numRows(), width), ids).reshape(layers, rowOf.length, width);
    }

    /**
     * What the distinct rows see of one another.
     *
     * @param cache receives the keys and values of the tokens, for decoding; or null
     */
    public KeysSeen keys(KeyValueCache cache) {
        return new KeysSeen() {
            @Override
            public AttentionMask mask() {
                return mask;
            }

            @Override
            public Tensor queries(Scope s, Tensor q) {
                // a query of zeros scores all keys alike
                return averaging.length == 0 ? q : s.replaceRows(q.reshape(q.dim(1), -1), averaging,
                        s.zeros(averaging.length, q.dim(2) * q.dim(3))).reshape(q.shape().toArray());
            }

            @Override
            public KeyValue see(Scope s, int layer, KeyValue own) {
                KeyValue tokens = new KeyValue(own.keys().rows(0, numTokens), own.values().rows(0, numTokens));
                if (cache != null) {
                    cache.add(layer, new KeyValue(s.escape(own.keys()).rows(0, numTokens), s.escape(own.values()).rows(0, numTokens)));
                }
                if (keyRows == null) {
                    return tokens;
                }
                return new KeyValue(s.gatherRows(own.keys(), keyRows), s.gatherRows(own.values(), keyRows));
            }
        };
    }
}
