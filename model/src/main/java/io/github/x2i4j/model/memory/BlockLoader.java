package io.github.x2i4j.model.memory;

import io.github.x2i4j.model.nn.BlockHook.Place;

/** Brings blocks of weights to where they are computed with, and lets go of them. All methods are called by the one thread that computes. */
interface BlockLoader extends AutoCloseable {
    /** Begins to bring a block, unless it is there or on its way. */
    void begin(Trace.Visit visit);

    /** The block may be computed from now on. */
    void require(Trace.Visit visit);

    /** True if a block is there or on its way. */
    boolean holds(Place place);

    /** Lets go of a block. */
    void release(Place place);

    /** Lets go of all blocks. */
    @Override
    void close();
}
