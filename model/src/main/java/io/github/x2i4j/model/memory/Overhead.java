package io.github.x2i4j.model.memory;

/** What is taken beside tensors and weights in every stage; it says whose memory is planned. */
public sealed interface Overhead permits JavaMemory, CudaMemory {
    long bytes();
}
