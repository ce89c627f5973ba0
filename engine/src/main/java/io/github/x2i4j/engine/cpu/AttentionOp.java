package io.github.x2i4j.engine.cpu;

import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Tensor;
import java.lang.foreign.MemorySegment;

/** Scaled dot-product attention. */
final class AttentionOp {
    private AttentionOp() {
    }

    static Tensor run(CpuContext cpu, CpuScope f, Tensor q, Tensor k, Tensor v, float scale, AttentionMask mask, Tensor bias) {
        for (Tensor t : new Tensor[] {q, k, v}) {
            Checks.f32("attention", t);
            Checks.rank("attention", t, 4);
        }
        long batch = q.dim(0);
        long sq = q.dim(1);
        long sk = k.dim(1);
        int hq = Math.toIntExact(q.dim(2));
        int hkv = Math.toIntExact(k.dim(2));
        int d = Math.toIntExact(q.dim(3));
        int dv = Math.toIntExact(v.dim(3));
        Checks.that(k.dim(0) == batch && v.dim(0) == batch && v.dim(1) == sk && v.dim(2) == hkv && k.dim(3) == d
                && hkv > 0 && hq % hkv == 0, () -> "attention: q " + q + ", k " + k + " and v " + v + " do not fit");
        Checks.shape("attention", "relative bias", bias, hq, sq + sk - 1);
        for (long i = 0; i < sq; i++) {
            long query = i;
            Checks.that(mask.begin(i) >= 0 && mask.end(i) <= sk && mask.begin(i) < mask.end(i), () -> "attention: query " + query
                    + " sees keys " + mask.begin(query) + " to " + mask.end(query) + " of " + sk);
        }
        Tensor y = f.empty(DType.F32, batch, sq, hq, dv);
        MemorySegment qs = q.segment();
        MemorySegment ks = k.segment();
        MemorySegment vs = v.segment();
        MemorySegment ys = y.segment();
        cpu.workers().parallelFor(Math.toIntExact(batch * sq), task -> {
            long b = task / sq;
            long i = task % sq;
            int begin = Math.toIntExact(mask.begin(i));
            int keys = Math.toIntExact(mask.end(i)) - begin;
            float[] scores = new float[keys];
            float[] query = new float[d];
            float[] key = new float[d];
            for (int h = 0; h < hq; h++) {
                int g = h / (hq / hkv);
                long at = ((b * sq + i) * hq + h);
                MemorySegment.copy(qs, Tensor.FLOAT, at * d * 4, query, 0, d);
                float max = Float.NEGATIVE_INFINITY;
                for (int j = 0; j < keys; j++) {
                    MemorySegment.copy(ks, Tensor.FLOAT, ((b * sk + begin + j) * hkv + g) * d * 4, key, 0, d);
                    scores[j] = scale * LinearOp.dot(query, key, d)
                            + (bias == null ? 0 : bias.getFloat(h * (sq + sk - 1) + begin + j - i + sq - 1));
                    max = Math.max(max, scores[j]);
                }
                double sum = 0;
                for (int j = 0; j < keys; j++) {
                    scores[j] = (float) Math.exp(scores[j] - max);
                    sum += scores[j];
                }
                double[] acc = new double[dv];
                for (int j = 0; j < keys; j++) {
                    long row = ((b * sk + begin + j) * hkv + g) * dv * 4;
                    for (int c = 0; c < dv; c++) {
                        acc[c] += scores[j] * vs.get(Tensor.FLOAT, row + c * 4L);
                    }
                }
                for (int c = 0; c < dv; c++) {
                    ys.set(Tensor.FLOAT, (at * dv + c) * 4, (float) (acc[c] / sum));
                }
            }
        });
        return y;
    }
}
