package io.github.x2i4j.model.nn;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Feeds a tensor through layers one after the other and gives back the memory of each layer's input as soon as its output
 * exists, so that a deep network never holds more than two activations of its main stream.
 *
 * <pre>{@code
 * try (Chain c = new Chain(f, x)) {
 *     c.then(convIn::forward);
 *     for (int i = 0; i < blocks.size(); i++) {
 *         c.block(hook, new Place("blocks", i, blocks.size()), blocks.get(i)::forward);
 *     }
 *     return c.escape();
 * }
 * }</pre>
 */
public final class Chain implements AutoCloseable {
    private final Ops outer;
    private Scope owner;
    private Tensor x;

    /**
     * @param outer owner of the result
     * @param x what the first layer gets; it is not released
     */
    public Chain(Ops outer, Tensor x) {
        this.outer = outer;
        this.x = x;
    }

    /** Applies a layer, which must return a tensor of its own, not a view of its input. */
    public Chain then(BiFunction<Ops, Tensor, Tensor> layer) {
        Scope next = outer.scope();
        Tensor y;
        try {
            y = layer.apply(next, x);
        } catch (Throwable e) {
            next.close();
            throw e;
        }
        if (y == x) { // nothing was computed, and the newest output is still the one before
            next.close();
            return this;
        }
        close();
        owner = next;
        x = y;
        return this;
    }

    /** Applies a block of one stream with the hook around it. */
    public Chain block(BlockHook hook, BlockHook.Place place, BiFunction<Ops, Tensor, Tensor> block) {
        return then((f, t) -> hook.around(f, place, List.of(t), s -> List.of(block.apply(f, s.getFirst()))).getFirst());
    }

    /** The newest output, handed to the outer scope. */
    public Tensor escape() {
        return owner == null ? x : owner.escape(x);
    }

    @Override
    public void close() {
        if (owner != null) {
            owner.close();
            owner = null;
        }
    }
}
