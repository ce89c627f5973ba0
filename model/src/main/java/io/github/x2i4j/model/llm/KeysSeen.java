package io.github.x2i4j.model.llm;

import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;

/** Which keys and values the rows of one forward pass attend to: their own, or those of earlier passes as well. */
public interface KeysSeen {
    /** For each row of the pass the range of the keys given by {@link #see}. */
    AttentionMask mask();

    /**
     * The queries that look at the keys, where those of some rows are others than their own.
     *
     * @param q F32 [1, rows, heads, headDim], already rotated
     */
    default Tensor queries(Scope s, Tensor q) {
        return q;
    }

    /**
     * Called once by each layer.
     *
     * @param s owns {@code own}; what must outlive the layer is escaped from it
     * @param own keys and values of the rows of this pass
     * @return the keys and values to attend to
     */
    KeyValue see(Scope s, int layer, KeyValue own);

    /**
     * Keys and values of one layer.
     *
     * @param keys F32 [rows, kvHeads * headDim], already rotated
     * @param values F32 [rows, kvHeads * headDim]
     */
    record KeyValue(Tensor keys, Tensor values) {
    }
}
