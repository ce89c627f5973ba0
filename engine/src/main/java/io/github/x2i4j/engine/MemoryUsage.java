package io.github.x2i4j.engine;

/**
 * Memory of an engine, in bytes.
 *
 * @param allocated native memory taken from the system for tensors, in use or kept for later; on a GPU weights and what ops work in
 *     count too
 * @param inUse native memory that open scopes own; on a GPU with weights
 * @param peak largest value of {@code allocated} so far, or since {@link Engine#trim}
 * @param scratch memory kept for kernels at work: Java heap, and native memory for those in machine code; on a GPU the workspace of
 *     products, which counts as allocated
 */
public record MemoryUsage(long allocated, long inUse, long peak, long scratch) {
}
