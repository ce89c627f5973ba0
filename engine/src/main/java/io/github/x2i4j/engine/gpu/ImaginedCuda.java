package io.github.x2i4j.engine.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/** A device that computes nothing and has no end of memory: for rehearsals, which ask what a device would be told. */
final class ImaginedCuda implements CudaApi {
    private final String name;
    private final int capability;
    private final boolean plansProducts;
    private final Map<Long, Arena> pinned = new HashMap<>();
    private long next = 1L << 20;

    /** @param capability of the device that is rehearsed for, such as 80 for 8.0 */
    ImaginedCuda(String name, int capability, boolean plansProducts) {
        this.plansProducts = plansProducts;
        this.name = name;
        this.capability = capability;
    }

    private long handle() {
        return next++;
    }

    @Override
    public String description() {
        return "imagined";
    }

    @Override
    public int deviceCount() {
        return 1;
    }

    @Override
    public String deviceName(int device) {
        return name;
    }

    @Override
    public int attribute(int attribute, int device) {
        return switch (attribute) {
            case COMPUTE_CAPABILITY_MAJOR -> capability / 10;
            case COMPUTE_CAPABILITY_MINOR -> capability % 10;
            default -> 0;
        };
    }

    @Override
    public long retainContext(int device) {
        return handle();
    }

    @Override
    public void releaseContext(int device) {
    }

    @Override
    public long createContext(int device) {
        return handle();
    }

    @Override
    public void destroyContext(long context) {
    }

    @Override
    public void makeCurrent(long context) {
    }

    @Override
    public DeviceBytes memory() {
        return new DeviceBytes(Long.MAX_VALUE, Long.MAX_VALUE);
    }

    @Override
    public long allocate(long bytes) {
        long address = Math.ceilDiv(next, 256) * 256;
        next = address + bytes;
        return address;
    }

    @Override
    public void free(long address) {
    }

    @Override
    public MemorySegment allocatePinned(long bytes) {
        Arena arena = Arena.ofShared();
        MemorySegment memory = arena.allocate(bytes, 64);
        pinned.put(memory.address(), arena);
        return memory;
    }

    @Override
    public void freePinned(MemorySegment memory) {
        pinned.remove(memory.address()).close();
    }

    @Override
    public void copyToDevice(long to, MemorySegment from, long stream) {
    }

    @Override
    public void copyToHost(MemorySegment to, long from, long stream) {
        to.fill((byte) 0);
    }

    @Override
    public void copy(long to, long from, long bytes, long stream) {
    }

    @Override
    public void fill(long address, int value, long words, long stream) {
    }

    @Override
    public long createStream() {
        return handle();
    }

    @Override
    public void destroyStream(long stream) {
    }

    @Override
    public void synchronize(long stream) {
    }

    @Override
    public long createEvent() {
        return handle();
    }

    @Override
    public void destroyEvent(long event) {
    }

    @Override
    public void record(long event, long stream) {
    }

    @Override
    public void await(long stream, long event) {
    }

    @Override
    public void synchronizeEvent(long event) {
    }

    @Override
    public void beginCapture(long stream) {
    }

    @Override
    public long endCapture(long stream) {
        return handle();
    }

    @Override
    public void launchGraph(long graph, long stream) {
    }

    @Override
    public void destroyGraph(long graph) {
    }

    @Override
    public long loadModule(byte[] ptx) {
        return handle();
    }

    @Override
    public void unloadModule(long module) {
    }

    @Override
    public long function(long module, String name) {
        return handle();
    }

    @Override
    public void allowShared(long function, int bytes) {
    }

    @Override
    public void launch(long function, Grid grid, Arguments arguments, long stream) {
    }

    @Override
    public long createBlas() {
        return handle();
    }

    @Override
    public void destroyBlas(long blas) {
    }

    @Override
    public void gemm(long blas, Gemm gemm, long stream) {
    }

    @Override
    public boolean plansProducts() {
        return plansProducts;
    }

    @Override
    public long plan(long blas, PlannedProduct product) {
        return handle();
    }

    @Override
    public void multiply(long blas, long plan, ProductOperands operands, long stream) {
    }

    @Override
    public void destroyPlan(long plan) {
    }

    @Override
    public void close() {
        pinned.values().forEach(Arena::close);
        pinned.clear();
    }
}
