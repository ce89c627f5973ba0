package io.github.x2i4j.engine.context;

import io.github.x2i4j.engine.kernel.BlockKernel;
import io.github.x2i4j.engine.kernel.KernelService;
import io.github.x2i4j.engine.kernel.RunKernels;
import io.github.x2i4j.engine.memory.FloatPool;
import io.github.x2i4j.engine.memory.MemoryPool;
import io.github.x2i4j.engine.parallel.Caches;
import io.github.x2i4j.engine.parallel.Workers;

/**
 * What the ops of one engine share.
 *
 * @param pool memory of tensors
 * @param panels native memory of kernels at work
 * @param floats arrays of kernels at work
 * @param workers threads
 * @param kernels primitives; ops ask for them for each piece of work, since better ones may come into service meanwhile
 * @param caches sizes that work is cut into blocks for
 */
public record CpuContext(MemoryPool pool, MemoryPool panels, FloatPool floats, Workers workers, KernelService kernels, Caches caches)
        implements AutoCloseable {
    /** The product of blocks in service. */
    public BlockKernel<?> blocks() {
        return kernels.blocks();
    }

    /** The primitives over runs in service. */
    public RunKernels runs() {
        return kernels.runs();
    }

    @Override
    public void close() {
        workers.close();
        kernels.close();
        pool.close();
        panels.close();
        floats.clear();
    }
}
