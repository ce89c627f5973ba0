package io.github.x2i4j.engine;

/**
 * Owner of the activation memory of the ops called on it. Closing gives the memory back to the engine's pool; tensors of a
 * closed scope cannot be read any more. Scopes nest and are used by one thread at a time.
 *
 * <pre>{@code
 * Tensor forward(Ops ops, Tensor x) {
 *     try (Scope f = ops.scope()) {
 *         Tensor h = f.rmsNorm(x, weight, eps);
 *         ...
 *         return f.escape(h);
 *     }
 * }
 * }</pre>
 */
public interface Scope extends Ops, AutoCloseable {
    /**
     * Hands a tensor's memory to the enclosing scope, where it lives on, and returns it. A tensor that this scope does not own
     * (an argument, a weight) is returned as it is.
     */
    Tensor escape(Tensor t);

    /** Prepares work that will be done many times. It must be closed before this scope. */
    default Repeated repeated(Repeated.Work work) {
        return Repeated.plainly(this, work);
    }

    @Override
    void close();
}
