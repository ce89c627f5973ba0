package io.github.x2i4j.model.llm;

import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys and values of all tokens so far, layer by layer, for decoding one token at a time. The tensors belong to the scope on
 * which the passes were run.
 */
public final class KeyValueCache implements KeysSeen {
    private final List<List<Tensor>> keys = new ArrayList<>();
    private final List<List<Tensor>> values = new ArrayList<>();
    private long tokens;

    public KeyValueCache(int numLayers) {
        for (int i = 0; i < numLayers; i++) {
            keys.add(new ArrayList<>());
            values.add(new ArrayList<>());
        }
    }

    /** Keeps the rows of one layer; they must live as long as the cache. */
    void add(int layer, KeyValue rows) {
        keys.get(layer).add(rows.keys());
        values.get(layer).add(rows.values());
        if (layer == 0) {
            tokens += rows.keys().dim(0);
        }
    }

    /** A new token sees everything before it and itself. */
    @Override
    public AttentionMask mask() {
        return new AttentionMask.Causal(tokens);
    }

    /** Adds the new row. The joined keys live in {@code s} only, so that a long answer does not pile up copies. */
    @Override
    public KeyValue see(Scope s, int layer, KeyValue own) {
        add(layer, new KeyValue(s.escape(own.keys()), s.escape(own.values())));
        return new KeyValue(s.concat(0, keys.get(layer).toArray(Tensor[]::new)), s.concat(0, values.get(layer).toArray(Tensor[]::new)));
    }
}
