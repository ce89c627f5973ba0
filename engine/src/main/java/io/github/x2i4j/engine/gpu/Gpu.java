package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.DeviceStorage;
import io.github.x2i4j.engine.HostStorage;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.Storage;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.memory.Block;
import io.github.x2i4j.engine.memory.GiveBack;
import io.github.x2i4j.engine.memory.MemoryPool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What the ops of one engine share on a device. All kernels and products go to one stream, in the order in which ops are called, so
 * memory may be used again as soon as its owner has given it back: whatever uses it next comes later in the stream.
 *
 * <p>Safe for several threads.
 */
public final class Gpu implements AutoCloseable {
    /** Compute capability that the kernels are compiled for. */
    private static final int LEAST_CAPABILITY = 80;
    /** Device memory kept for later, at least. */
    private static final long RETAINED_BYTES = 256L << 20;
    /** What NVIDIA advises for cuBLAS on Hopper; other devices need less. */
    private static final long WORKSPACE_BYTES = 32L << 20;

    private final CudaApi api;
    private final int device;
    private final Precision precision;
    /** Whether this is for a trial: with a context of its own, and an api that another owns. */
    private final boolean apart;
    private final long context;
    private final Arena arena = Arena.ofShared();
    private final MemoryPool memory;
    private final DeviceWeights weights;
    private final List<Block> scratch = new ArrayList<>();
    private Arguments arguments;
    private long stream;
    private long blas;
    private ProductPlans plans;
    private Block workspace;
    private Kernels kernels;
    private Staging staging;
    private AttentionKernel attention = AttentionKernel.PLAIN;
    private List<String> notes = List.of();
    private boolean closed;

    private Gpu(CudaApi api, int device, Precision precision, boolean apart) {
        this.api = api;
        this.precision = precision;
        this.device = device;
        this.apart = apart;
        context = apart ? api.createContext(device) : api.retainContext(device);
        memory = new MemoryPool(RETAINED_BYTES, this::allocate);
        weights = new DeviceWeights(this);
    }

    /**
     * @param api from now on owned by the result
     * @param precision of the factors of products
     * @throws io.github.x2i4j.engine.UnsupportedFeatureException if the device is not there or too old
     */
    public static Gpu open(CudaApi api, int device, Precision precision) {
        Gpu gpu = null;
        try {
            DeviceInfo info = DeviceInfo.of(api, device);
            info.require(LEAST_CAPABILITY);
            if (precision == Precision.FP8) {
                info.requireEightBits(api.plansProducts());
            }
            AttentionTrial.Result trial = AttentionTrial.run(api, info, precision);
            gpu = new Gpu(api, device, precision, false);
            gpu.start();
            gpu.useAttention(trial.best());
            gpu.notes = trial.notes();
            return gpu;
        } catch (Throwable t) {
            GiveBack.after(t, gpu == null ? api::close : gpu::close);
            throw t;
        }
    }

    /** One that shares no memory and no errors with others, and does not close the api. */
    static Gpu apart(CudaApi api, int device, Precision precision) {
        Gpu gpu = new Gpu(api, device, precision, true);
        try {
            gpu.start();
            return gpu;
        } catch (Throwable t) {
            GiveBack.after(t, gpu::close);
            throw t;
        }
    }

    private void start() {
        api.makeCurrent(context);
        arguments = new Arguments(arena.allocate(Arguments.byteSize(), 8));
        stream = api.createStream();
        if (!apart) {
            // A trial multiplies nothing, and cuBLAS takes its time to start.
            blas = api.createBlas();
        }
        plans = new ProductPlans(api, blas);
        kernels = new Kernels(api, precision != Precision.F32);
        staging = new Staging(api, stream);
    }

    /** Makes the device current in the calling thread. */
    private void enter() {
        if (closed) {
            throw new IllegalStateException("engine is closed");
        }
        api.makeCurrent(context);
    }

    // ---- memory ----

    /** A block of the device's memory; what the pool keeps and what weights can be loaded again make way where there is too little. */
    synchronized Block acquire(long bytes) {
        enter();
        try {
            return memory.acquire(bytes);
        } catch (CudaException e) {
            if (e.status() != CudaException.OUT_OF_MEMORY) {
                throw e;
            }
        }
        weights.makeRoom();
        memory.trim();
        try {
            return memory.acquire(bytes);
        } catch (CudaException e) {
            throw e.status() == CudaException.OUT_OF_MEMORY ? new OutOfDeviceMemoryException(bytes, api.memory(), usage().inUse()) : e;
        }
    }

    synchronized void release(Block block) {
        memory.release(block);
    }

    private Block allocate(long bytes) {
        long address = api.allocate(bytes);
        return Block.device(address, bytes, () -> GiveBack.all(() -> api.makeCurrent(context), () -> api.free(address)));
    }

    /** Gives memory that is kept for later back to the device, and begins to count the peak anew. */
    public synchronized void trim() {
        enter();
        memory.trim();
    }

    /** Bytes of the device that this engine holds, weights included. */
    public MemoryPool.Usage usage() {
        return memory.usage();
    }

    // ---- operands ----

    /**
     * Runs one op: alone on this engine, with the device current. Copies of weights that it asks for stay where they are until it
     * ends.
     */
    synchronized <T> T op(Supplier<T> body) {
        enter();
        weights.nextOp();
        try {
            return body.get();
        } finally {
            scratch.forEach(memory::release);
            scratch.clear();
        }
    }

    /** The address of memory that belongs to the op at work. */
    long scratch(long bytes) {
        Block block = acquire(bytes);
        scratch.add(block);
        return block.address();
    }

    /**
     * The device's address of a tensor's first element. A tensor of the host is copied to the device and kept there with its weights.
     *
     * @throws IllegalStateException if the tensor is narrow: whoever can use that asks for its {@link #place}, others {@link #wide} it first
     */
    long address(Tensor t) {
        if (isNarrow(t)) {
            throw new IllegalStateException("the device holds this tensor as BF16: " + t);
        }
        return place(t);
    }

    /** {@link #address}, whichever type the elements have there. */
    long place(Tensor t) {
        return switch (t.storage()) {
            case DeviceStorage s -> s.address() + (s.isNarrow() ? t.byteOffset() / 2 : t.byteOffset());
            case HostStorage s -> weights.address(s, t.byteOffset(), t.byteSize());
        };
    }

    /** Whether the device holds an F32 tensor as BF16. */
    static boolean isNarrow(Tensor t) {
        return t != null && t.storage() instanceof DeviceStorage s && s.isNarrow();
    }

    /** The tensor with its elements as F32, perhaps a copy that lasts until the op ends; null for null. */
    Tensor wide(Tensor t) {
        if (!isNarrow(t)) {
            return t;
        }
        DeviceStorage copy = new DeviceStorage(scratch(t.byteSize()), t.byteSize(), this::read);
        GpuElementwise.convert(this, t, copy.address(), DType.F32);
        return new Tensor(DType.F32, t.shape(), copy, 0);
    }

    /** {@link #address}, or 0 for null. */
    long addressOrNull(Tensor t) {
        return t == null ? 0 : address(t);
    }

    /** Copies bytes of the host to the device, behind the work given to it so far. They may change afterwards. */
    synchronized void upload(long to, MemorySegment from) {
        enter();
        staging.upload(to, from);
    }

    /** Waits for the device and copies bytes to the host. */
    synchronized MemorySegment read(long address, long bytes) {
        enter();
        return staging.download(address, bytes);
    }

    synchronized void copy(long to, long from, long bytes) {
        enter();
        api.copy(to, from, bytes, stream);
    }

    synchronized void fill(long address, int value, long words) {
        enter();
        api.fill(address, value, words, stream);
    }

    // ---- work ----

    /** Gives a kernel to the device; {@code fill} adds its arguments in order. */
    synchronized void launch(String module, String kernel, Grid grid, Consumer<Arguments> fill) {
        enter();
        fill.accept(arguments.begin());
        api.launch(kernels.function(module, kernel, grid.shared()), grid, arguments, stream);
    }

    synchronized void multiply(CudaApi.Gemm gemm) {
        enter();
        api.gemm(blas, gemm, stream);
    }

    /** Whether there is cuBLASLt. */
    boolean plansProducts() {
        return api.plansProducts();
    }

    /** Bytes of device memory that a planned product may use. */
    long workspaceBytes() {
        return WORKSPACE_BYTES;
    }

    /** Computes a product with what follows it; false, with nothing done, where cuBLASLt is missing or knows no way. */
    synchronized boolean multiply(CudaApi.PlannedProduct product, CudaApi.ProductOperands o) {
        enter();
        if (workspace == null) {
            workspace = acquire(WORKSPACE_BYTES);
        }
        return plans.multiply(product, o.in(workspace.address()), stream);
    }

    /** Precision of the factors of products. */
    public Precision precision() {
        return precision;
    }

    /** The fastest kernel of attention that may be used, where it fits. */
    AttentionKernel attention() {
        return attention;
    }

    synchronized void useAttention(AttentionKernel kernel) {
        enter();
        if (kernel == AttentionKernel.HOPPER) {
            kernels.load(Kernels.HOPPER);
        }
        attention = kernel;
    }

    /** Which kernels were tried, and why some are not used; for people. */
    public synchronized List<String> notes() {
        return Stream.concat(notes.stream(), plans.refusals().stream()).toList();
    }

    /** What this device is, for people. */
    public String description() {
        return DeviceInfo.of(api, device) + ", " + api.description();
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        GiveBack.all(() -> api.makeCurrent(context), weights::clear, () -> ifMade(staging, Staging::close),
                () -> ifMade(workspace, this::release), memory::close, () -> ifMade(plans, ProductPlans::close),
                () -> ifMade(kernels, Kernels::close), () -> {
            if (blas != 0) {
                api.destroyBlas(blas);
            }
        }, () -> {
            if (stream != 0) {
                api.destroyStream(stream);
            }
        }, arena::close, () -> {
            if (apart) {
                api.destroyContext(context);
            } else {
                api.releaseContext(device);
            }
        }, () -> {
            if (!apart) {
                api.close();
            }
        });
    }

    private static <T> void ifMade(T part, Consumer<T> close) {
        if (part != null) {
            close.accept(part);
        }
    }

    /** Frees the copies of a storage on the device. */
    void forget(Storage storage) {
        synchronized (this) {
            if (!closed) {
                enter();
                weights.forget(storage);
            }
        }
    }
}
