package io.github.x2i4j.engine.cpu;

import io.github.x2i4j.engine.memory.MemoryPool;
import io.github.x2i4j.engine.parallel.Workers;

/** What the ops of one engine share. */
public record CpuContext(MemoryPool pool, Workers workers) {
}
