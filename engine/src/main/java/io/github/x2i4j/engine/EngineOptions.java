package io.github.x2i4j.engine;

import java.nio.file.Path;

/**
 * How an engine computes. Results depend on {@code precision} and {@code device} alone.
 *
 * @param kernels which kernel set; {@code AUTO} takes the fastest that this process can run, and lets plain loops serve until the
 *     just-in-time compiler has made it fast
 * @param vectorBits width of the vector kernels: 128, 256, 512, or 0 for the widest that the processor prefers. All engines of a
 *     process should use the same width: a second one slows both down to a crawl.
 * @param threads worker threads including the caller, or 0 for one per available processor
 * @param instructions what machine code may use, or null for the best that the processor has
 * @param precision how products of matrices are computed
 * @param device what computes; kernels, vectors, threads and instructions are for the CPU
 * @param cudaLibraries folder in which CUDA's libraries are looked for before the usual places, or null
 */
public record EngineOptions(KernelChoice kernels, int vectorBits, int threads, InstructionSet instructions, Precision precision,
        Device device, Path cudaLibraries) {
    public static final EngineOptions DEFAULT = new EngineOptions(KernelChoice.AUTO, 0, 0);

    public EngineOptions(KernelChoice kernels, int vectorBits, int threads, InstructionSet instructions, Precision precision, Device device) {
        this(kernels, vectorBits, threads, instructions, precision, device, null);
    }

    /** The same on another device. */
    public EngineOptions on(Device other) {
        return new EngineOptions(kernels, vectorBits, threads, instructions, precision, other, cudaLibraries);
    }

    /** On the CPU. */
    public EngineOptions(KernelChoice kernels, int vectorBits, int threads, InstructionSet instructions, Precision precision) {
        this(kernels, vectorBits, threads, instructions, precision, Device.CPU);
    }

    /** On the CPU, with the best instructions, and F32. */
    public EngineOptions(KernelChoice kernels, int vectorBits, int threads) {
        this(kernels, vectorBits, threads, null, Precision.F32);
    }

    /** Kernel sets by name. {@code MACHINE} is machine code for the products and {@code VECTOR} or {@code SCALAR} for the rest. */
    public enum KernelChoice { AUTO, SCALAR, VECTOR, MACHINE }
}
