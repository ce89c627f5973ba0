package io.github.x2i4j.app.verify.components;

import io.github.x2i4j.engine.Tensor;
import java.util.Arrays;

/** Token ids of golden cases. */
final class TokenIds {
    private TokenIds() {
    }

    /** An integer tensor [B, S] as rows. */
    static long[][] rows(Tensor ids) {
        long[] flat = ids.toLongs();
        int s = Math.toIntExact(ids.dim(1));
        long[][] rows = new long[Math.toIntExact(ids.dim(0))][];
        for (int b = 0; b < rows.length; b++) {
            rows[b] = Arrays.copyOfRange(flat, b * s, (b + 1) * s);
        }
        return rows;
    }
}
