package io.github.x2i4j.engine;

/**
 * Memory of an engine, in bytes.
 *
 * @param allocated native memory taken from the system for tensors, in use or kept for later
 * @param inUse native memory that open scopes own
 * @param peak largest value of {@code allocated} so far, or since {@link Engine#trim}
 * @param scratch memory kept for kernels at work: Java heap, and native memory for those in machine code
 */
public record MemoryUsage(long allocated, long inUse, long peak, long scratch) {
}
