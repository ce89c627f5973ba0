package io.github.x2i4j.model.memory;

/** How much of mapped weights was brought into memory on purpose and not yet given back. */
interface Residency {
    /** Bytes now. */
    long bytes();

    /** Most bytes so far. */
    long peakBytes();
}
