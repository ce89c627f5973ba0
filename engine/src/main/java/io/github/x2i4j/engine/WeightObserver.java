package io.github.x2i4j.engine;

/** Told what the ops of a {@link Scope} read beside each other's results. */
@FunctionalInterface
public interface WeightObserver {
    /**
     * An op reads a tensor that no scope made: a weight.
     *
     * @param bytes how much of it, at most: of a table only the rows that are asked for
     */
    void reads(Tensor weight, long bytes);
}
