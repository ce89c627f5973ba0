package io.github.x2i4j.engine;

/**
 * How an engine computes. Results do not depend on any of this.
 *
 * @param kernels which kernel set; {@code AUTO} takes the fastest that this process can run, and lets plain loops serve until the
 *     just-in-time compiler has made it fast
 * @param vectorBits width of the vector kernels: 128, 256, 512, or 0 for the widest that the processor prefers. All engines of a
 *     process should use the same width: a second one slows both down to a crawl.
 * @param threads worker threads including the caller, or 0 for one per available processor
 */
public record EngineOptions(KernelChoice kernels, int vectorBits, int threads) {
    public static final EngineOptions DEFAULT = new EngineOptions(KernelChoice.AUTO, 0, 0);

    /** Kernel sets by name. */
    public enum KernelChoice { AUTO, SCALAR, VECTOR }
}
