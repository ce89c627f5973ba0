package io.github.x2i4j.model.nn;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A feature attached to the blocks of a network from outside: progress and cancellation, residuals of a control network,
 * caching, streaming of weights, taps for distillation. A hook stands around each block: it may act before and after it, replace
 * what goes in or comes out, or not compute it at all.
 *
 * <p>The streams are what the block's forward pass takes and gives, in the order that the model documents (a transformer: its
 * hidden states; FLUX's double blocks: text, image).
 */
@FunctionalInterface
public interface BlockHook {
    /**
     * A place in a network.
     *
     * @param stack path of the stack of blocks as in the checkpoint, such as {@code transformer_blocks}
     * @param index number of the block in its stack, from 0
     * @param count blocks of the stack
     */
    record Place(String stack, int index, int count) {
    }

    /** Computes the block and does nothing else. */
    BlockHook NONE = (f, place, streams, block) -> block.apply(streams);

    /**
     * Called in place of the block.
     *
     * @param f the block's scope; what it owns is freed when the block has ended, except the streams returned
     * @param streams what goes into the block
     * @param block computes the block
     * @return what the network goes on with, of the same shapes as {@code block}'s result
     */
    List<Tensor> around(Ops f, Place place, List<Tensor> streams, UnaryOperator<List<Tensor>> block);

    /** This hook around {@code inner}. */
    default BlockHook around(BlockHook inner) {
        return (f, place, streams, block) -> around(f, place, streams, s -> inner.around(f, place, s, block));
    }
}
