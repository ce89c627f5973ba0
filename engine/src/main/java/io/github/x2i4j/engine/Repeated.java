package io.github.x2i4j.engine;

import java.util.List;

/**
 * Work that is done again and again with other inputs of the same shapes, such as the steps of a diffusion. A GPU notes what the first
 * runs tell it to do and then does it at once, without being told op by op; what the work does beside calling ops, such as to report
 * progress, is not done then.
 *
 * <p>Used by one thread at a time, and closed before what the work reads.
 */
public interface Repeated extends AutoCloseable {
    /** Ops on inputs. It must do the same in every run, and read no values of tensors. */
    @FunctionalInterface
    interface Work {
        /** @param f owner of the result */
        Tensor run(Scope f, List<Tensor> inputs);
    }

    /**
     * Does the work.
     *
     * @param inputs as many, of the same shapes, in every run
     * @return the result, which lives until the next run or until this is closed
     */
    Tensor run(Tensor... inputs);

    /** How the work is done, for people: {@code replayed}, or why it is not. */
    String how();

    @Override
    void close();

    /** Work that is done anew in each run. */
    static Repeated plainly(Scope outer, Work work) {
        return new Repeated() {
            private Scope results;

            @Override
            public Tensor run(Tensor... inputs) {
                close();
                results = outer.scope();
                return work.run(results, List.of(inputs));
            }

            @Override
            public String how() {
                return "computed op by op";
            }

            @Override
            public void close() {
                if (results != null) {
                    results.close();
                    results = null;
                }
            }
        };
    }
}
