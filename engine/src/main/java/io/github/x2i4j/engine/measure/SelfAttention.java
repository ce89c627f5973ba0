package io.github.x2i4j.engine.measure;

import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;

/** Attention of all tokens to all. */
public final class SelfAttention implements Workload {
    private final int tokens;
    private final int heads;
    private final int d;
    private Tensor q;
    private Tensor k;
    private Tensor v;

    /** @param d channels of a head */
    public SelfAttention(int tokens, int heads, int d) {
        this.tokens = tokens;
        this.heads = heads;
        this.d = d;
    }

    @Override
    public double flops() {
        return 4.0 * tokens * tokens * heads * d;
    }

    @Override
    public double bytes() {
        return 16.0 * tokens * heads * d;
    }

    @Override
    public void prepare(Scope f) {
        q = Workload.random(f, 1, 1, tokens, heads, d);
        k = Workload.random(f, 2, 1, tokens, heads, d);
        v = Workload.random(f, 3, 1, tokens, heads, d);
    }

    private float scale() {
        return (float) (1 / Math.sqrt(d));
    }

    @Override
    public Tensor run(Ops f) {
        return f.attention(q, k, v, scale(), new AttentionMask.Full(tokens), null);
    }

    @Override
    public double expected(long index) {
        Tensor queries = q.onHost();
        Tensor keys = k.onHost();
        Tensor values = v.onHost();
        long row = index / d;
        long head = row % heads;
        double sum = 0;
        double out = 0;
        for (long j = 0; j < tokens; j++) {
            double score = 0;
            for (long c = 0; c < d; c++) {
                score += (double) queries.getFloat(row * d + c) * keys.getFloat((j * heads + head) * d + c);
            }
            double p = Math.exp(score * scale());
            sum += p;
            out += p * values.getFloat((j * heads + head) * d + index % d);
        }
        return out / sum;
    }
}
