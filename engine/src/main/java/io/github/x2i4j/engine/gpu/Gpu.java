package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.BlockUploads;
import io.github.x2i4j.engine.BlockUploads.Piece;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.DeviceStorage;
import io.github.x2i4j.engine.HostStorage;
import io.github.x2i4j.engine.Mapped;
import io.github.x2i4j.engine.MemoryUsage;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.Storage;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.WeightObserver;
import io.github.x2i4j.engine.memory.Block;
import io.github.x2i4j.engine.memory.GiveBack;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What the ops of one engine share on a device. All kernels and products go to one stream, in the order in which ops are called, so
 * memory may be used again as soon as its owner has given it back: whatever uses it next comes later in the stream.
 *
 * <p>Safe for several threads.
 */
public final class Gpu implements AutoCloseable {
    /** Compute capability that the kernels are compiled for. */
    public static final int LEAST_CAPABILITY = 80;
    /** What NVIDIA advises for cuBLAS on Hopper; other devices need less. */
    private static final long WORKSPACE_BYTES = 32L << 20;
    /** Where weights of a rehearsal lie. */
    private static final long IMAGINED = 256;

    private final CudaApi api;
    private final DeviceInfo info;
    private final Precision precision;
    /** Whether this is for a trial: with a context of its own, and an api that another owns. */
    private final boolean apart;
    private final long context;
    private final Arena arena = Arena.ofShared();
    private final DeviceMemory memory;
    private final DeviceWeights weights;
    /** Null unless this is a rehearsal. */
    private final WeightObserver observer;
    private final List<Block> scratch = new ArrayList<>();
    private Arguments arguments;
    private long stream;
    private long blas;
    private ProductPlans plans;
    private Block workspace;
    private Kernels kernels;
    private Staging staging;
    private Graphs graphs;
    private AttentionKernel attention = AttentionKernel.PLAIN;
    private List<String> notes = List.of();
    private boolean plansAllowed = true;
    private boolean closed;

    private Gpu(CudaApi api, DeviceInfo info, Precision precision, WeightObserver observer, boolean apart) {
        this.api = api;
        this.observer = observer;
        this.precision = precision;
        this.info = info;
        this.apart = apart;
        context = apart ? api.createContext(info.number()) : api.retainContext(info.number());
        weights = new DeviceWeights(this);
        memory = new DeviceMemory(api, context, () -> graphs.firstRunOnly("memory was short"), () -> graphs.any(), weights::makeRoom);
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
            gpu = new Gpu(api, info, precision, null, false);
            gpu.start();
            gpu.useAttention(trial.best());
            gpu.notes = trial.notes();
            if (precision != Precision.F32) {
                gpu.tryProducts();
            }
            return gpu;
        } catch (Throwable t) {
            GiveBack.after(t, gpu == null ? api::close : gpu::close);
            throw t;
        }
    }

    /** One that shares no memory and no errors with others, and does not close the api. */
    static Gpu apart(CudaApi api, DeviceInfo info, Precision precision) {
        Gpu gpu = new Gpu(api, info, precision, null, true);
        try {
            gpu.start();
            return gpu;
        } catch (Throwable t) {
            GiveBack.after(t, gpu::close);
            throw t;
        }
    }

    /**
     * A device that is told everything and computes nothing, as a rehearsal has it.
     *
     * @param capability compute capability of the device that is rehearsed for, such as 80 for 8.0
     * @param plansProducts whether it would have cuBLASLt
     * @param observer is told what ops read of the host's memory
     */
    private static Gpu imagined(int capability, boolean plansProducts, Precision precision, AttentionKernel attention,
            WeightObserver observer) {
        ImaginedCuda api = new ImaginedCuda("imagined", capability, plansProducts);
        Gpu gpu = new Gpu(api, DeviceInfo.of(api, 0), precision, observer, false);
        gpu.start();
        gpu.useAttention(attention);
        return gpu;
    }

    /** A device that is told everything and computes nothing, such as any GPU that x2i4j can use. */
    public static Gpu imagined(Precision precision) {
        return imagined(LEAST_CAPABILITY, true, precision, precision == Precision.F32 ? AttentionKernel.PLAIN : AttentionKernel.TENSOR,
                (weight, bytes) -> { });
    }

    private void start() {
        api.makeCurrent(context);
        arguments = new Arguments(arena.allocate(Arguments.byteSize(), 8));
        stream = api.createStream();
        graphs = new Graphs(api, stream);
        if (!apart) {
            // A trial multiplies nothing, and cuBLAS takes its time to start.
            blas = api.createBlas();
        }
        plans = new ProductPlans(api, blas);
        kernels = new Kernels(api, precision != Precision.F32);
        staging = new Staging(api, stream);
    }

    private void enter() {
        if (closed) {
            throw new IllegalStateException("engine is closed");
        }
        makeCurrent();
    }

    /** Makes the device current in the calling thread. */
    void makeCurrent() {
        api.makeCurrent(context);
    }

    /** Gives something back while no other thread gives work to the device, with the device current if it can be. */
    synchronized void alone(Runnable body) {
        GiveBack.all(this::makeCurrent, body);
    }

    /** Does something while no other thread gives work to the device, with the device current. */
    synchronized <T> T exclusively(Supplier<T> body) {
        enter();
        return body.get();
    }

    // ---- memory ----

    /** A block of the device's memory; what is kept for later and what weights can be loaded again make way where there is too little. */
    synchronized Block acquire(long bytes) {
        enter();
        return memory.acquire(bytes);
    }

    /** Memory of no pool, as large as asked for; its owner frees it. */
    synchronized Block allocate(long bytes) {
        enter();
        return memory.allocate(bytes);
    }

    synchronized void release(Block block) {
        memory.release(block);
    }

    /**
     * Gives memory that is kept for later back to the device, copies of weights included that were made for ops, and begins to count
     * the peak anew.
     */
    public synchronized void trim() {
        enter();
        weights.nextOp();
        memory.trim();
    }

    /** What this engine holds of the device: tensors, what ops work in, weights. */
    public synchronized MemoryUsage usage() {
        return memory.usage(workspace == null ? 0 : workspace.capacity());
    }

    /** Bytes of the device that are free, whoever holds the others. */
    public synchronized CudaApi.DeviceBytes free() {
        enter();
        return api.memory();
    }

    // ---- weights ----

    /** @param slotBytes bytes of the largest block that does not stay */
    public synchronized BlockUploads uploads(long slotBytes) {
        enter();
        return new WeightUploads(this, api, slotBytes);
    }

    /** Ops may use a block's weights; they wait for the event. */
    synchronized void install(List<Piece> pieces, long address, long[] places, long uploaded) {
        enter();
        graphs.firstRunOnly("weights come while it runs");
        api.await(stream, uploaded);
        weights.install(pieces, address, places);
    }

    /** No op uses a block's weights any more; the event happens when those given so far are done. 0 for no event. */
    synchronized void uninstall(List<Piece> pieces, long address, long[] places, long used) {
        enter();
        graphs.never("weights stream to the GPU block by block");
        weights.uninstall(pieces, address, places);
        if (used != 0) {
            api.record(used, stream);
        }
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
            scratch.forEach(this::release);
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
            case HostStorage s -> {
                if (observer == null) {
                    yield weights.address(s, t.byteOffset(), t.byteSize());
                }
                observer.reads(t, t.byteSize());
                yield IMAGINED;
            }
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

    /** The address of some rows of a table, one behind the other, that belongs to the op at work: a table is too large to be copied whole. */
    long rows(Tensor table, HostStorage storage, long[] ids) {
        long row = table.dtype().bytes(table.dim(1));
        graphs.never("rows of a table come from the host");
        long to = scratch(ids.length * row);
        if (observer != null) {
            observer.reads(table, ids.length * row);
            return to;
        }
        Mapped.reading(() -> {
            List<MemorySegment> parts = Arrays.stream(ids).mapToObj(id -> storage.segment().asSlice(table.byteOffset() + id * row, row)).toList();
            staging.upload(to, parts, LongStream.range(0, ids.length).map(i -> i * row).toArray(), 0, ids.length * row);
            return null;
        }, table);
        return to;
    }

    /** {@link #address}, or 0 for null. */
    long addressOrNull(Tensor t) {
        return t == null ? 0 : address(t);
    }

    /** Copies bytes of the host to the device, behind the work given to it so far. They may change afterwards. */
    synchronized void upload(long to, MemorySegment from) {
        graphs.never("values come from the host");
        uploadWeights(to, from);
    }

    /** As {@link #upload}, of what stays the same. */
    synchronized void uploadWeights(long to, MemorySegment from) {
        enter();
        graphs.firstRunOnly("weights come while it runs");
        staging.upload(to, from);
    }

    /** Waits for the device and copies bytes to the host. */
    synchronized MemorySegment read(long address, long bytes) {
        enter();
        graphs.never("values are read while it runs");
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

    private void tryProducts() {
        String reason = ProductTrial.run(this);
        if (reason != null) {
            usePlans(false);
            notes = Stream.concat(notes.stream(), Stream.of(reason)).toList();
        }
        // What is computed next may need the memory.
        if (workspace != null) {
            workspace.free();
            workspace = null;
        }
        trim();
    }

    /** Whether there is cuBLASLt, and may be used. */
    boolean plansProducts() {
        return plansAllowed && api.plansProducts();
    }

    void usePlans(boolean allowed) {
        plansAllowed = allowed;
    }

    /** Bytes of device memory that a planned product may use. */
    long workspaceBytes() {
        return WORKSPACE_BYTES;
    }

    /** Computes a product with what follows it; false, with nothing done, where cuBLASLt is missing or knows no way. */
    synchronized boolean multiply(CudaApi.PlannedProduct product, CudaApi.ProductOperands o) {
        enter();
        if (workspace == null) {
            workspace = allocate(WORKSPACE_BYTES);
        }
        return plans.multiply(product, o.in(workspace.address()), stream);
    }

    /** Whether nothing is computed: this is a rehearsal's device. */
    public boolean isImagined() {
        return observer != null;
    }

    /** A device that is told everything as this one and computes nothing. */
    public Gpu imagined(WeightObserver rehearsing) {
        return imagined(info.capability(), api.plansProducts(), precision, attention, rehearsing);
    }

    // ---- repeated work, done within exclusively() ----

    CudaApi api() {
        return api;
    }

    Graphs graphs() {
        return graphs;
    }

    DeviceMemory memory() {
        return memory;
    }

    /** The event happens when the work given so far is done. */
    void record(long event) {
        api.record(event, stream);
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

    /** Number and name of this device, for people. */
    public String name() {
        return info.toString();
    }

    /** What this device is and how it is reached, for people. */
    public String description() {
        return info + ", " + api.description();
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        GiveBack.all(() -> api.makeCurrent(context), weights::clear, () -> ifMade(staging, Staging::close),
                () -> ifMade(workspace, Block::free), memory::close,
                () -> ifMade(plans, ProductPlans::close), () -> ifMade(kernels, Kernels::close), () -> {
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
                api.releaseContext(info.number());
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
