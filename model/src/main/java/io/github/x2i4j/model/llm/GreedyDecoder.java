package io.github.x2i4j.model.llm;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.nn.BlockHook;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** Decodes the likeliest answer token by token, as {@code generate} of transformers does without sampling. */
public final class GreedyDecoder {
    /**
     * An answer.
     *
     * @param ids the T generated ids, the stop token included
     * @param hiddenStates F32 [L+1, T-1, H] of the tokens that were fed back (the last one never is); null if T is 1
     */
    public record Answer(long[] ids, Tensor hiddenStates) {
    }

    /** An answer that outlives the scope it was decoded in, or null for null. */
    public static Answer escape(Scope s, Answer a) {
        return a == null || a.hiddenStates == null ? a : new Answer(a.ids, s.escape(a.hiddenStates));
    }

    private final LanguageModel model;
    private final GenerationConfig config;

    public GreedyDecoder(LanguageModel model, GenerationConfig config) {
        this.model = model;
        this.config = config;
    }

    /**
     * Continues a prompt.
     *
     * @param f owner of the result; the cache's tensors must live in it or longer
     * @param lastState last hidden state of the row that the answer continues, after the final norm: F32 [H]
     * @param promptIds ids that the repetition penalty counts besides those of the answer
     * @param firstPosition position, on all axes, of the first generated token
     * @param cache keys and values of the prompt
     * @param maxNewTokens at least 1
     * @param hook stands around each layer of each step
     */
    public Answer decode(Ops f, Tensor lastState, long[] promptIds, long firstPosition, KeyValueCache cache, int maxNewTokens,
            BlockHook hook) {
        BitSet seen = new BitSet();
        for (long id : promptIds) {
            seen.set(Math.toIntExact(id));
        }
        List<Tensor> states = new ArrayList<>();
        long[] ids = new long[maxNewTokens];
        int count = 0;
        Tensor state = lastState;
        while (true) {
            long id = likeliest(model.logits(f, state), seen, config.repetitionPenalty());
            ids[count++] = id;
            if (count == maxNewTokens || config.stops(id)) {
                break;
            }
            seen.set(Math.toIntExact(id));
            long position = firstPosition + count - 1;
            Tensor all = model.forward(f, model.embed(f, new long[] {id}), new long[][] {{position}, {position}, {position}}, cache, hook);
            states.add(all);                                                // [L+1, 1, H]
            state = all.row(all.dim(0) - 1).reshape(-1);
        }
        return new Answer(Arrays.copyOf(ids, count), states.isEmpty() ? null : f.concat(1, states.toArray(Tensor[]::new)));
    }

    /** Index of the largest score after the penalty; the lowest of equals. */
    static long likeliest(float[] logits, BitSet seen, float penalty) {
        int best = 0;
        float bestScore = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < logits.length; i++) {
            float score = logits[i];
            if (seen.get(i)) {
                score = score < 0 ? score * penalty : score / penalty;
            }
            if (score > bestScore) {
                best = i;
                bestScore = score;
            }
        }
        return best;
    }
}
