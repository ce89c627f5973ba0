package io.github.x2i4j.engine;

import io.github.x2i4j.engine.context.CpuContext;
import io.github.x2i4j.engine.cpu.CpuScope;
import io.github.x2i4j.engine.gpu.Gpu;
import io.github.x2i4j.engine.gpu.GpuScope;
import io.github.x2i4j.engine.gpu.GpuSupport;
import io.github.x2i4j.engine.kernel.KernelProvider;
import io.github.x2i4j.engine.machine.MachineSupport;
import io.github.x2i4j.engine.kernel.KernelService.KernelChoice;
import io.github.x2i4j.engine.kernel.KernelService;
import io.github.x2i4j.engine.memory.FloatPool;
import io.github.x2i4j.engine.memory.MemoryPool;
import io.github.x2i4j.engine.parallel.Caches;
import io.github.x2i4j.engine.parallel.Workers;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Threads, kernels and activation memory of one user of the library, on the CPU or on a GPU. Safe to share between threads: each thread opens scopes of
 * its own. Closing frees all memory; an engine that is used after that fails with {@link IllegalStateException}.
 *
 * <p>On the CPU, results are the same for every kernel set, vector width and number of threads, as long as the precision is F32. A
 * GPU gives the same results from run to run.
 */
public final class Engine implements AutoCloseable {
    /** Native memory kept for later, at least. */
    static final long RETAINED_BYTES = 64L << 20;
    /** Kept for packed panels and tiles, of the Java heap and of native memory each. */
    private static final long RETAINED_SCRATCH = 48L << 20;

    /** One of the two is null. */
    private final CpuContext cpu;
    private final Gpu gpu;
    private final List<String> declined;

    /** @param gpu is closed when this is closed */
    Engine(Gpu gpu) {
        cpu = null;
        declined = List.of();
        this.gpu = gpu;
    }

    /** @param kernels are released when this is closed */
    Engine(KernelChoice kernels, int threads) {
        this(kernels, threads, List.of());
    }

    /** @param declined why no other device was chosen */
    private Engine(KernelChoice kernels, int threads, List<String> declined) {
        gpu = null;
        this.declined = declined;
        cpu = new CpuContext(new MemoryPool(RETAINED_BYTES), new MemoryPool(RETAINED_SCRATCH), new FloatPool(RETAINED_SCRATCH),
                new Workers(threads), new KernelService(kernels), Caches.read());
    }

    /**
     * @throws InvalidInputException if an option is out of range
     * @throws UnsupportedFeatureException if this process cannot run the kernels that the options force, or has no such GPU
     */
    public static Engine open(EngineOptions options) {
        int threads = options.threads() == 0 ? Runtime.getRuntime().availableProcessors() : options.threads();
        if (threads < 1) {
            throw new InvalidInputException("threads is " + threads + " but must be at least 1, or 0 for one per processor");
        }
        return switch (options.device().kind()) {
            case CPU -> new Engine(KernelProvider.choose(options), threads);
            case CUDA -> new Engine(gpu(options));
            case AUTO -> gpuOrCpu(options, threads);
        };
    }

    /**
     * Begins to load what a process's first engine waits for longest, on a thread of its own, and returns at once. Not needed; of
     * use to programs that have something else to do before they open one.
     */
    public static void prepare() {
        Thread.ofPlatform().daemon().name("x2i-prepare").start(MachineSupport::prepare);
    }

    private static Engine gpuOrCpu(EngineOptions options, int threads) {
        Gpu gpu;
        try {
            gpu = gpu(options);
        } catch (X2iException e) {
            return new Engine(KernelProvider.choose(options), threads, List.of(e.getMessage()));
        }
        return new Engine(gpu);
    }

    private static Gpu gpu(EngineOptions options) {
        return GpuSupport.open(options.device().number(), options.precision(), options.cudaLibraries());
    }

    /**
     * An engine for plans of work on a GPU that this machine need not have. It computes nothing.
     *
     * @see #rehearsal
     */
    public static Engine imaginedGpu(Precision precision) {
        return new Engine(Gpu.imagined(precision));
    }

    /** Opens an outermost scope. */
    public Scope scope() {
        if (!computes()) {
            throw new UnsupportedFeatureException("this engine was opened for plans: it computes nothing");
        }
        return gpu == null ? new CpuScope(cpu, null) : new GpuScope(gpu, null);
    }

    /** The GPUs of this machine and how they are reached, or why none can be used; a line each, for people. */
    public static List<String> gpus() {
        return gpus(null);
    }

    /** @param cudaLibraries folder in which CUDA's libraries are looked for first, or null */
    public static List<String> gpus(Path cudaLibraries) {
        return GpuSupport.describe(cudaLibraries);
    }

    /** Whether this engine computes on a GPU, or plans for one. */
    public boolean isGpu() {
        return gpu != null;
    }

    /** False for {@link #imaginedGpu} alone. */
    public boolean computes() {
        return gpu == null || !gpu.isImagined();
    }

    /** Does work as this engine would, without computing it. */
    public Rehearsal rehearsal(WeightObserver observer) {
        return gpu == null ? Rehearsal.onCpu(observer) : Rehearsal.onGpu(gpu, observer);
    }

    /**
     * Brings weights to the GPU block by block.
     *
     * @param slotBytes {@link BlockUploads#bytes} of the largest block that does not stay
     * @throws IllegalStateException if this is an engine of the CPU, whose weights are used where they lie
     */
    public BlockUploads uploads(long slotBytes) {
        if (gpu == null) {
            throw new IllegalStateException("there is no GPU to upload to");
        }
        return gpu.uploads(slotBytes);
    }

    /** Bytes of the GPU's memory that nobody holds; of an engine of the CPU, none. */
    public long freeDeviceMemory() {
        return gpu == null ? 0 : gpu.free().free();
    }

    /** What this engine runs on. */
    public EngineInfo info() {
        Processor processor = Processor.read();
        if (gpu != null) {
            List<String> reasons = Stream.concat(Stream.of(gpu.description()), gpu.notes().stream()).toList();
            return new EngineInfo(gpu.name(), "cuda", 0, null, gpu.precision(), 1, reasons, processor.name(), processor.features());
        }
        KernelChoice choice = cpu.kernels().choice();
        List<String> reasons = Stream.concat(declined.stream(), choice.reasons().stream()).toList();
        return new EngineInfo("cpu", choice.name(), choice.vectorBits(), choice.instructions(), choice.precision(), cpu.workers().threads(),
                reasons, processor.name(), processor.features());
    }

    /** What this engine holds now. */
    public MemoryUsage memory() {
        if (gpu != null) {
            return gpu.usage();
        }
        MemoryPool.Usage usage = cpu.pool().usage();
        return new MemoryUsage(usage.allocated(), usage.inUse(), usage.peak(), cpu.floats().retained() + cpu.panels().usage().allocated());
    }

    /** Gives memory that is kept for later back to the system, and begins to count the peak anew. */
    public void trim() {
        if (gpu != null) {
            gpu.trim();
            return;
        }
        cpu.pool().trim();
        cpu.panels().trim();
    }

    @Override
    public void close() {
        if (gpu != null) {
            gpu.close();
            return;
        }
        cpu.close();
    }
}
