package io.github.x2i4j.model.nn;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import java.util.List;

/** Runs a stack of blocks one after the other. */
public final class Blocks {
    /** One block of a stack: {@code index} says which; {@code f} is the block's own scope. */
    @FunctionalInterface
    public interface Step {
        List<Tensor> forward(Ops f, int index, List<Tensor> streams);
    }

    private Blocks() {
    }

    /**
     * Each block computes in a scope of its own, and a block's streams are freed when the next block has taken them in: the memory
     * in use is that of one block, whatever the depth.
     *
     * @param f owner of the result
     * @param stack path of the stack as in the checkpoint
     * @param streams what goes into the first block; not freed
     */
    public static List<Tensor> run(Ops f, BlockHook hook, String stack, int count, List<Tensor> streams, Step step) {
        try (Scope all = f.scope()) {
            List<Tensor> s = streams;
            Scope previous = all.scope();
            try {
                for (int i = 0; i < count; i++) {
                    int index = i;
                    Scope result = all.scope();
                    try (Scope b = result.scope()) {
                        Scope inputs = previous;
                        s = hook.around(b, new BlockHook.Place(stack, i, count), s, x -> step.forward(b, index, x))
                                .stream().map(b::escape).map(inputs::escape).toList(); // a hook may hand its input on
                    } finally {
                        previous.close();
                        previous = result;
                    }
                }
                return s.stream().map(previous::escape).map(all::escape).toList();
            } finally {
                previous.close();
            }
        }
    }
}
