package io.github.x2i4j.engine.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A device made of the CPU, as hard to please as a real one: memory of its own, poisoned when fresh; work of a stream is done as
 * late as possible, so that whatever the host changes too early shows; every handle is checked; any call can be made to fail.
 * Streams wait for each other only where they are told to: work that forgets to wait sees poison, or what was there before.
 */
public final class FakeCuda implements CudaApi {
    private static final long CONTEXT = 0xC0DE;
    /** {@code CUDA_ERROR_DEVICE_UNAVAILABLE} and {@code CUDA_ERROR_FAULT}. */
    private static final int LOST = 46;
    private static final int FAULT = 719;
    /** Shared memory of a block on devices of compute capability 8.6, which has the least. */
    private static final int MOST_SHARED = 99 << 10;
    private static final int MOST_SHARED_OF_HOPPER = 227 << 10;

    private final DeviceCode kernels;
    private final long bytes;
    private final Map<Long, Arena> memory = new HashMap<>();
    private final Map<Long, Long> sizes = new HashMap<>();
    private final Map<Long, Arena> pinned = new HashMap<>();
    private final Map<Long, ArrayDeque<Runnable>> streams = new HashMap<>();
    private final Map<Long, Moment> events = new HashMap<>();
    private final Map<Long, Integer> functions = new HashMap<>();
    private final Map<Long, String> names = new HashMap<>();
    private final Map<String, Integer> launches = new HashMap<>();
    private final Map<Long, Integer> allowedShared = new HashMap<>();
    private final Map<Long, Boolean> modules = new HashMap<>();
    private final ThreadLocal<Long> current = ThreadLocal.withInitial(() -> 0L);
    private final Map<Long, PlannedProduct> plans = new HashMap<>();
    private final Set<Long> contexts = new HashSet<>();
    private final Set<Long> poisoned = new HashSet<>();
    private final Set<String> faultyNames = new HashSet<>();
    private final Set<Integer> faultyKernels = new HashSet<>();
    /** Contexts of what was made in one of its own. */
    private final Map<Long, Long> owners = new HashMap<>();
    private boolean light = true;
    private int capability = 80;
    private boolean wrong;
    private long allocated;
    private long handles = 100;
    private int retained;
    private long calls;
    private long failAt = Long.MAX_VALUE;
    private int failure;
    private long breakAt = Long.MAX_VALUE;
    private long works;
    private long faultAt = Long.MAX_VALUE;
    private boolean broken;
    private final Set<String> failing = new HashSet<>();
    private final Set<String> called = new TreeSet<>();
    private boolean hasty;
    private final Map<Long, List<Runnable>> graphs = new HashMap<>();
    private List<Runnable> noted;
    private long noting;
    private long allocations;
    private long waits;
    private long graphLaunches;
    private long uploaded;
    private boolean graphsRefused;
    private long first;
    private long peak;
    boolean closed;

    /** What an event stands for: the work of its stream up to where it was recorded last. */
    private static final class Moment {
        final long stream;
        boolean reached;

        Moment(long stream) {
            this.stream = stream;
        }
    }

    /** @param bytes memory of the device */
    public FakeCuda(DeviceCode kernels, long bytes) {
        this.kernels = kernels;
        this.bytes = bytes;
    }

    /** Makes a later call fail: the first after {@code calls} others. */
    public synchronized void failAfter(long calls, int status) {
        failAt = this.calls + calls;
        failure = status;
    }

    /** Makes a later call and all that follow fail: the first after {@code calls} others. */
    public synchronized void breakAfter(long calls, int status) {
        breakAt = this.calls + calls;
        failure = status;
    }

    /** From now on every call fails, as when the device fell off the bus. */
    public synchronized void lose() {
        breakAfter(0, LOST);
    }

    /** Makes later work of a stream go wrong: the first after {@code works} others. Whoever waits for it is told, and all calls after that. */
    public synchronized void faultAfter(long works) {
        faultAt = this.works + works;
        failure = FAULT;
    }

    /** From now on, or no longer, each call of some name fails. */
    public synchronized void fail(String call, int status, boolean on) {
        failure = status;
        if (on) {
            failing.add(call);
        } else {
            failing.remove(call);
        }
    }

    /** Names of the calls so far. */
    public synchronized Set<String> called() {
        return Set.copyOf(called);
    }

    /** Work given to streams so far that was done. */
    public synchronized long works() {
        return works;
    }

    /** From now on streams other than the first do their work at once, so that what they overwrite too early shows. */
    public synchronized void beHasty() {
        hasty = true;
    }

    /** Calls so far that took or freed memory of the device or of the host. */
    public synchronized long allocations() {
        return allocations;
    }

    /** Calls so far that had the host wait for all work of a stream. */
    public synchronized long waits() {
        return waits;
    }

    /** From now on no work becomes a graph. */
    public synchronized void refuseGraphs() {
        graphsRefused = true;
    }

    /** Bytes that came from the host so far. */
    public synchronized long uploaded() {
        return uploaded;
    }

    /** Graphs launched so far. */
    public synchronized long graphLaunches() {
        return graphLaunches;
    }

    /** Most bytes of the device that were in use at a time. */
    public synchronized long peak() {
        return peak;
    }

    /** From now on there is no cuBLASLt, as with JCuda. */
    public FakeCuda withoutLight() {
        light = false;
        return this;
    }

    /** Compute capability, such as 90 for 9.0. */
    public FakeCuda withCapability(int capability) {
        this.capability = capability;
        return this;
    }

    /** From now on cuBLASLt forgets biases. */
    public FakeCuda withWrongProducts() {
        wrong = true;
        return this;
    }

    /** From now on a kernel fails while it runs, and all that comes after it in its context. */
    public FakeCuda withBroken(String kernel) {
        faultyNames.add(kernel);
        return this;
    }

    /** How often each kernel was launched so far. */
    public synchronized Map<String, Integer> launches() {
        return new TreeMap<>(launches);
    }

    /** Calls so far. */
    public synchronized long calls() {
        return calls;
    }

    /** What is left on the device and on the host: nothing, after everything was closed. */
    public synchronized String leftovers() {
        return "%d allocations, %d pinned, %d streams, %d events, %d modules, %d plans, %d graphs, %d contexts".formatted(memory.size(), pinned.size(),
                streams.size(), events.size(), modules.size(), plans.size(), graphs.size(), retained + contexts.size());
    }

    /** Bytes of the device in use. */
    public synchronized long allocated() {
        return allocated;
    }

    private void enter(String call) {
        called.add(call);
        broken |= calls >= breakAt;
        check(call);
        if (calls++ == failAt || failing.contains(call)) {
            throw new CudaException(call, failure, "made to fail");
        }
    }

    /** Throws if the device is of no use any more. */
    private void check(String call) {
        if (broken) {
            throw new CudaException(call, failure, failure == LOST ? "the device is not available" : "an earlier failure lasts");
        }
    }

    private void enterContext(String call) {
        enter(call);
        if (current.get() == 0) {
            throw new CudaException(call, 201, "no context is current");
        }
        if (poisoned.contains(current.get())) {
            throw new CudaException(call, FAULT, "unspecified launch failure");
        }
    }

    private long handle() {
        own(handles);
        return handles++;
    }

    private static <T> T known(Map<Long, T> table, long handle, String call) {
        T value = table.get(handle);
        if (value == null) {
            throw new CudaException(call, 400, "unknown handle " + handle);
        }
        return value;
    }

    @Override
    public String description() {
        return "a fake device";
    }

    @Override
    public synchronized int deviceCount() {
        enter("cuDeviceGetCount");
        return 1;
    }

    @Override
    public synchronized String deviceName(int device) {
        enter("cuDeviceGetName");
        return "Fake GPU";
    }

    @Override
    public synchronized int attribute(int attribute, int device) {
        enter("cuDeviceGetAttribute");
        return attribute == COMPUTE_CAPABILITY_MAJOR ? capability / 10 : capability % 10;
    }

    @Override
    public synchronized long retainContext(int device) {
        enter("cuDevicePrimaryCtxRetain");
        retained++;
        return CONTEXT;
    }

    @Override
    public synchronized void releaseContext(int device) {
        retained--;
        enter("cuDevicePrimaryCtxRelease");
    }

    @Override
    public synchronized long createContext(int device) {
        enter("cuCtxCreate");
        long context = handles++;
        contexts.add(context);
        return context;
    }

    /** Frees all that was made in the context, which only one that failed may have left behind. */
    @Override
    public synchronized void destroyContext(long context) {
        enter("cuCtxDestroy");
        if (!contexts.remove(context)) {
            throw new CudaException("cuCtxDestroy", 400, "unknown context");
        }
        boolean failed = poisoned.remove(context);
        for (Map.Entry<Long, Long> e : Map.copyOf(owners).entrySet()) {
            if (e.getValue() == context) {
                forget(e.getKey(), failed);
            }
        }
    }

    private void forget(long handle, boolean mayBeThere) {
        owners.remove(handle);
        Arena arena = memory.remove(handle);
        if (arena != null) {
            allocated -= sizes.remove(handle);
        } else {
            arena = pinned.remove(handle);
        }
        boolean there = arena != null | streams.remove(handle) != null | events.remove(handle) != null | modules.remove(handle) != null
                | plans.remove(handle) != null;
        if (there && !mayBeThere) {
            throw new IllegalStateException("something was left in a context: " + handle);
        }
        if (arena != null) {
            arena.close();
        }
    }

    private void own(long handle) {
        if (current.get() != CONTEXT) {
            owners.put(handle, current.get());
        }
    }

    @Override
    public synchronized void makeCurrent(long context) {
        enter("cuCtxSetCurrent");
        current.set(context == CONTEXT && retained > 0 || contexts.contains(context) ? context : 0);
    }

    @Override
    public synchronized DeviceBytes memory() {
        enterContext("cuMemGetInfo");
        return new DeviceBytes(bytes - allocated, bytes);
    }

    @Override
    public synchronized long allocate(long size) {
        enterContext("cuMemAlloc");
        outsideCapture("cuMemAlloc");
        allocations++;
        if (size > bytes - allocated) {
            throw new CudaException("cuMemAlloc", CudaException.OUT_OF_MEMORY, "out of memory");
        }
        Arena arena = Arena.ofShared();
        MemorySegment segment = arena.allocate(size, 256).fill((byte) 0xFF);
        memory.put(segment.address(), arena);
        own(segment.address());
        sizes.put(segment.address(), size);
        allocated += size;
        peak = Math.max(peak, allocated);
        return segment.address();
    }

    @Override
    public synchronized void free(long address) {
        enterContext("cuMemFree");
        outsideCapture("cuMemFree");
        allocations++;
        Arena arena = known(memory, address, "cuMemFree");
        // A real device finishes first too.
        drain();
        check("cuMemFree");
        arena.close();
        memory.remove(address);
        allocated -= sizes.remove(address);
    }

    /** The bytes at an address, which must lie inside one allocation. */
    private MemorySegment at(long address, long size, String call) {
        for (Map.Entry<Long, Long> block : sizes.entrySet()) {
            if (address >= block.getKey() && address + size <= block.getKey() + block.getValue()) {
                return MemorySegment.ofAddress(address).reinterpret(size);
            }
        }
        throw new CudaException(call, 1, size + " bytes at " + address + " are not on the device");
    }

    @Override
    public synchronized MemorySegment allocatePinned(long size) {
        enterContext("cuMemAllocHost");
        outsideCapture("cuMemAllocHost");
        allocations++;
        Arena arena = Arena.ofShared();
        MemorySegment segment = arena.allocate(size, 64);
        pinned.put(segment.address(), arena);
        own(segment.address());
        return segment;
    }

    @Override
    public synchronized void freePinned(MemorySegment segment) {
        enterContext("cuMemFreeHost");
        outsideCapture("cuMemFreeHost");
        allocations++;
        known(pinned, segment.address(), "cuMemFreeHost");
        drain();
        pinned.remove(segment.address()).close();
    }

    @Override
    public synchronized void copyToDevice(long to, MemorySegment from, long stream) {
        enterContext("cuMemcpyHtoDAsync");
        uploaded += from.byteSize();
        MemorySegment target = at(to, from.byteSize(), "cuMemcpyHtoDAsync");
        give(stream, () -> target.copyFrom(from));
    }

    @Override
    public synchronized void copyToHost(MemorySegment to, long from, long stream) {
        enterContext("cuMemcpyDtoHAsync");
        MemorySegment source = at(from, to.byteSize(), "cuMemcpyDtoHAsync");
        give(stream, () -> to.copyFrom(source));
    }

    @Override
    public synchronized void copy(long to, long from, long size, long stream) {
        enterContext("cuMemcpyDtoDAsync");
        MemorySegment target = at(to, size, "cuMemcpyDtoDAsync");
        MemorySegment source = at(from, size, "cuMemcpyDtoDAsync");
        give(stream, () -> target.copyFrom(source));
    }

    @Override
    public synchronized void fill(long address, int value, long words, long stream) {
        enterContext("cuMemsetD32Async");
        MemorySegment target = at(address, words * 4, "cuMemsetD32Async");
        give(stream, () -> {
            for (long i = 0; i < words; i++) {
                target.setAtIndex(java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED, i, value);
            }
        });
    }

    private void give(long stream, Runnable work) {
        if (noted != null && stream == noting) {
            noted.add(work);
            return;
        }
        known(streams, stream, "stream").add(work);
        if (hasty && stream != first) {
            run(stream);
        }
    }

    private void drain() {
        List.copyOf(streams.keySet()).forEach(this::run);
    }

    private void run(long stream) {
        ArrayDeque<Runnable> work = streams.get(stream);
        while (!work.isEmpty()) {
            runFirst(work);
        }
    }

    @Override
    public synchronized long createStream() {
        enterContext("cuStreamCreate");
        long stream = handle();
        first = streams.isEmpty() ? stream : first;
        streams.put(stream, new ArrayDeque<>());
        return stream;
    }

    @Override
    public synchronized void destroyStream(long stream) {
        enterContext("cuStreamDestroy");
        known(streams, stream, "cuStreamDestroy");
        run(stream);
        streams.remove(stream);
    }

    @Override
    public synchronized void synchronize(long stream) {
        enterContext("cuStreamSynchronize");
        outsideCapture("cuStreamSynchronize");
        waits++;
        known(streams, stream, "cuStreamSynchronize");
        run(stream);
        check("cuStreamSynchronize");
    }

    @Override
    public synchronized long createEvent() {
        enterContext("cuEventCreate");
        long event = handle();
        Moment always = new Moment(0);
        always.reached = true;
        events.put(event, always);
        return event;
    }

    @Override
    public synchronized void destroyEvent(long event) {
        enterContext("cuEventDestroy");
        known(events, event, "cuEventDestroy");
        events.remove(event);
    }

    @Override
    public synchronized void record(long event, long stream) {
        enterContext("cuEventRecord");
        known(events, event, "cuEventRecord");
        Moment m = new Moment(stream);
        events.put(event, m);
        give(stream, () -> m.reached = true);
    }

    @Override
    public synchronized void await(long stream, long event) {
        enterContext("cuStreamWaitEvent");
        Moment m = known(events, event, "cuStreamWaitEvent");
        give(stream, () -> reach(m));
    }

    @Override
    public synchronized void synchronizeEvent(long event) {
        enterContext("cuEventSynchronize");
        outsideCapture("cuEventSynchronize");
        reach(known(events, event, "cuEventSynchronize"));
        check("cuEventSynchronize");
    }

    /** Does just enough work for a moment to come. */
    private void reach(Moment m) {
        ArrayDeque<Runnable> work = streams.getOrDefault(m.stream, new ArrayDeque<>());
        while (!m.reached && !broken) {
            if (work.isEmpty()) {
                throw new IllegalStateException("streams that wait for each other");
            }
            runFirst(work);
        }
    }

    /** Does the work that a stream was given first, on a device that is whole. */
    private void runFirst(ArrayDeque<Runnable> work) {
        Runnable next = work.poll();
        broken |= works++ == faultAt;
        if (!broken) {
            next.run();
        }
    }

    @Override
    public synchronized void beginCapture(long stream) {
        enterContext("cuStreamBeginCapture");
        known(streams, stream, "cuStreamBeginCapture");
        noted = new ArrayList<>();
        noting = stream;
    }

    @Override
    public synchronized long endCapture(long stream) {
        enter("cuStreamEndCapture");
        List<Runnable> work = noted;
        noted = null;
        if (graphsRefused) {
            throw new CudaException("cuStreamEndCapture", 900, "not supported");
        }
        if (work == null || noting != stream) {
            throw new CudaException("cuStreamEndCapture", 901, "nothing was captured");
        }
        long graph = handle();
        graphs.put(graph, work);
        return graph;
    }

    @Override
    public synchronized void launchGraph(long graph, long stream) {
        enterContext("cuGraphLaunch");
        known(graphs, graph, "cuGraphLaunch").forEach(work -> give(stream, work));
        graphLaunches++;
    }

    @Override
    public synchronized void destroyGraph(long graph) {
        enterContext("cuGraphExecDestroy");
        drain();
        known(graphs, graph, "cuGraphExecDestroy");
        graphs.remove(graph);
    }

    /** What a capture does not stand. */
    private void outsideCapture(String call) {
        if (noted != null) {
            throw new CudaException(call, 900, "not while work is captured");
        }
    }

    @Override
    public synchronized long loadModule(byte[] ptx) {
        enterContext("cuModuleLoadData");
        if (ptx[ptx.length - 1] != 0) {
            throw new CudaException("cuModuleLoadData", 218, "the text does not end");
        }
        long module = handle();
        modules.put(module, true);
        return module;
    }

    @Override
    public synchronized void unloadModule(long module) {
        enterContext("cuModuleUnload");
        known(modules, module, "cuModuleUnload");
        modules.remove(module);
    }

    @Override
    public synchronized long function(long module, String name) {
        enterContext("cuModuleGetFunction");
        known(modules, module, "cuModuleGetFunction");
        int number = kernels.number(name);
        if (number < 0) {
            throw new CudaException("cuModuleGetFunction", 500, "no kernel " + name);
        }
        long function = handle();
        functions.put(function, number);
        names.put(function, name);
        if (faultyNames.contains(name)) {
            faultyKernels.add(number);
        }
        return function;
    }

    @Override
    public synchronized void allowShared(long function, int bytes) {
        enterContext("cuFuncSetAttribute");
        known(functions, function, "cuFuncSetAttribute");
        if (bytes > (capability == 90 ? MOST_SHARED_OF_HOPPER : MOST_SHARED)) {
            throw new CudaException("cuFuncSetAttribute", 1, "no block can have " + bytes + " bytes of shared memory");
        }
        allowedShared.put(function, bytes);
    }

    @Override
    public synchronized void launch(long function, Grid grid, Arguments arguments, long stream) {
        enterContext("cuLaunchKernel");
        int number = known(functions, function, "cuLaunchKernel");
        if (grid.shared() > allowedShared.getOrDefault(function, Grid.ORDINARY_SHARED)) {
            throw new CudaException("cuLaunchKernel", 1, grid.shared() + " bytes of shared memory were not allowed");
        }
        launches.merge(names.get(function), 1, Integer::sum);
        byte[] copy = arguments.bytes().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        int[] offsets = new int[arguments.count()];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = arguments.offset(i);
        }
        long context = current.get();
        give(stream, () -> {
            if (faultyKernels.contains(number)) {
                poisoned.add(context);
                throw new CudaException("cuStreamSynchronize", FAULT, "unspecified launch failure");
            }
            kernels.launch(number, grid, MemorySegment.ofArray(copy), offsets);
        });
    }

    @Override
    public synchronized long createBlas() {
        enterContext("cublasCreate");
        return handle();
    }

    @Override
    public synchronized void destroyBlas(long blas) {
        enterContext("cublasDestroy");
    }

    @Override
    public synchronized void gemm(long blas, Gemm g, long stream) {
        enterContext("cublasGemmEx");
        give(stream, () -> kernels.gemm(g));
    }

    @Override
    public synchronized boolean plansProducts() {
        return light;
    }

    /** As cuBLASLt, it knows no way for some shapes: here, for bfloat16 in rows of an odd number of elements. */
    @Override
    public synchronized long plan(long blas, PlannedProduct p) {
        enterContext("cublasLtMatmulAlgoGetHeuristic");
        if (p.operand() == Operand.BF16 && (p.lda() % 2 != 0 || p.ldb() % 2 != 0)) {
            return 0;
        }
        boolean eight = p.operand() == Operand.F8_E4M3;
        if (eight && (capability < 89 || p.lda() % 16 != 0 || p.ldb() % 16 != 0 || !p.transposeA() || p.transposeB()
                || p.biased() && p.result() != Operand.BF16)) {
            throw new CudaException("cublasLtMatmulAlgoGetHeuristic", 15, "the product is not supported");
        }
        long plan = handle();
        plans.put(plan, p);
        return plan;
    }

    @Override
    public synchronized void multiply(long blas, long plan, ProductOperands o, long stream) {
        enterContext("cublasLtMatmul");
        PlannedProduct p = known(plans, plan, "cublasLtMatmul");
        at(o.workspace(), p.workspace(), "cublasLtMatmul");
        if (o.scaleA() != 0 != (p.operand() == Operand.F8_E4M3) || o.scaleB() != 0 != (p.operand() == Operand.F8_E4M3)
                || o.bias() != 0 != p.biased() || o.addend() != 0 != p.added()
                || (o.a() | o.b() | o.bias() | o.addend() | o.d()) % p.alignment() != 0) {
            throw new CudaException("cublasLtMatmul", 7, "operands are not as planned");
        }
        at(o.d(), ((p.n() - 1) * p.ldd() + p.m()) * (p.result() == Operand.F32 ? 4 : 2), "cublasLtMatmul");
        // Without its bias a product is wrong.
        give(stream, () -> kernels.multiply(p, wrong ? new ProductOperands(o.a(), o.b(), 0, o.addend(), o.d(), o.workspace(), o.scaleA(),
                o.scaleB()) : o));
    }

    @Override
    public synchronized void destroyPlan(long plan) {
        enterContext("cublasLtMatmulDescDestroy");
        known(plans, plan, "cublasLtMatmulDescDestroy");
        plans.remove(plan);
    }

    @Override
    public synchronized void close() {
        closed = true;
    }
}
