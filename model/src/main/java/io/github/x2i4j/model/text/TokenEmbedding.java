package io.github.x2i4j.model.text;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;
import java.util.Arrays;

/**
 * One row of a table for each token id.
 *
 * @param table [vocabulary, D], any floating-point dtype
 */
record TokenEmbedding(Tensor table) {

    /**
     * Looks up a batch of sequences of one length.
     *
     * @param ids [B][S]
     * @return F32 [B, S, D]
     * @throws InvalidInputException if an id has no row
     */
    Tensor apply(Ops f, long[][] ids) {
        int s = ids.length == 0 ? 0 : ids[0].length;
        if (s == 0 || Arrays.stream(ids).anyMatch(row -> row.length != s)) {
            throw new IllegalArgumentException("token ids are no rectangle of at least one row and column");
        }
        long[] flat = Arrays.stream(ids).flatMapToLong(Arrays::stream).toArray();
        for (long id : flat) {
            if (id < 0 || id >= table.dim(0)) {
                throw new InvalidInputException("token id " + id + " is outside the text encoder's vocabulary of " + table.dim(0)
                        + "; use the tokenizer that belongs to this model");
            }
        }
        return f.gatherRows(table, flat).reshape(ids.length, s, table.dim(1));
    }
}
