package io.github.x2i4j.engine;

/**
 * Threads, kernels and activation memory of one user of the library. Safe to share between threads: each thread opens scopes of
 * its own. Closing frees all memory.
 */
public final class Engine implements AutoCloseable {
    private Engine() {
    }

    public static Engine open(EngineOptions options) {
        throw new UnsupportedFeatureException("no kernels");
    }

    /** Opens an outermost scope. */
    public Scope scope() {
        throw new UnsupportedFeatureException("no kernels");
    }

    @Override
    public void close() {
    }
}
