package io.github.x2i4j.engine.gpu.jcuda;

import io.github.x2i4j.engine.gpu.Arguments;
import io.github.x2i4j.engine.gpu.CudaApi;
import io.github.x2i4j.engine.gpu.CudaException;
import io.github.x2i4j.engine.gpu.Grid;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import jcuda.NativePointerObject;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.runtime.cudaStream_t;

/**
 * CUDA through JCuda. Its objects hide their handles, so this class numbers them; addresses of the device are the true ones. The jars
 * of JCuda and their native parts are no dependency of x2i4j: they must be on the class path.
 */
public final class JCudaApi implements CudaApi {
    private static final int STREAM_NON_BLOCKING = 1;
    private static final int EVENT_DISABLE_TIMING = 2;
    private static final int FUNCTION_MAX_DYNAMIC_SHARED = 8;
    private static final int BLAS_NO_NARROW_SUMS = 16;
    private static final int CAPTURE_THREAD_LOCAL = 1;
    private static final int COMPUTE_F32 = 68;
    private static final int DEFAULT_ALGORITHM = -1;
    /** The null pointer, which addresses are counted from. */
    private static final CUdeviceptr ZERO = new CUdeviceptr();

    private final ConcurrentHashMap<Long, Object> handles = new ConcurrentHashMap<>();
    private final AtomicLong next = new AtomicLong(1);
    private final String description;

    /** A pointer that tells where it points to. */
    private static final class Address extends CUdeviceptr {
        long value() {
            return getNativePointer() + getByteOffset();
        }
    }

    /** @throws LinkageError if JCuda, its native parts or the libraries that these need are not there */
    public static JCudaApi open() {
        return new JCudaApi();
    }

    private JCudaApi() {
        cuda("cuInit", JCudaDriver.cuInit(0));
        int[] version = new int[1];
        cuda("cuDriverGetVersion", JCudaDriver.cuDriverGetVersion(version));
        description = "CUDA driver interface " + version[0] / 1000 + "." + version[0] % 1000 / 10 + ", through JCuda";
    }

    // ---- calling ----

    private static void cuda(String function, int status) {
        if (status != 0) {
            String[] meaning = {"unknown error"};
            JCudaDriver.cuGetErrorString(status, meaning);
            throw new CudaException(function, status, meaning[0]);
        }
    }

    private static void cublas(String function, int status) {
        if (status != 0) {
            throw new CudaException(function, status, "cuBLAS error");
        }
    }

    private long number(Object handle) {
        long n = next.getAndIncrement();
        handles.put(n, handle);
        return n;
    }

    private <T> T handle(long number, Class<T> type) {
        Object found = handles.get(number);
        if (!type.isInstance(found)) {
            throw new IllegalArgumentException("no " + type.getSimpleName() + " has the number " + number);
        }
        return type.cast(found);
    }

    private static CUdeviceptr at(long address) {
        return ZERO.withByteOffset(address);
    }

    private static Pointer host(MemorySegment segment) {
        return Pointer.to(segment.asByteBuffer());
    }

    private static CUdevice device(int number) {
        CUdevice device = new CUdevice();
        cuda("cuDeviceGet", JCudaDriver.cuDeviceGet(device, number));
        return device;
    }

    /** Makes an object and has JCuda fill it in. */
    private <T extends NativePointerObject> long create(String function, Supplier<T> object, ToIntFunction<T> call) {
        T made = object.get();
        cuda(function, call.applyAsInt(made));
        return number(made);
    }

    @Override
    public String description() {
        return description;
    }

    // ---- devices ----

    @Override
    public int deviceCount() {
        int[] count = new int[1];
        cuda("cuDeviceGetCount", JCudaDriver.cuDeviceGetCount(count));
        return count[0];
    }

    @Override
    public String deviceName(int device) {
        byte[] name = new byte[256];
        cuda("cuDeviceGetName", JCudaDriver.cuDeviceGetName(name, name.length, device(device)));
        return MemorySegment.ofArray(name).getString(0);
    }

    @Override
    public int attribute(int attribute, int device) {
        int[] value = new int[1];
        cuda("cuDeviceGetAttribute", JCudaDriver.cuDeviceGetAttribute(value, attribute, device(device)));
        return value[0];
    }

    @Override
    public long retainContext(int device) {
        return create("cuDevicePrimaryCtxRetain", CUcontext::new, c -> JCudaDriver.cuDevicePrimaryCtxRetain(c, device(device)));
    }

    @Override
    public void releaseContext(int device) {
        cuda("cuDevicePrimaryCtxRelease", JCudaDriver.cuDevicePrimaryCtxRelease(device(device)));
    }

    @Override
    public long createContext(int device) {
        return create("cuCtxCreate", CUcontext::new, c -> JCudaDriver.cuCtxCreate(c, 0, device(device)));
    }

    @Override
    public void destroyContext(long context) {
        cuda("cuCtxDestroy", JCudaDriver.cuCtxDestroy(handle(context, CUcontext.class)));
        handles.remove(context);
    }

    @Override
    public void makeCurrent(long context) {
        cuda("cuCtxSetCurrent", JCudaDriver.cuCtxSetCurrent(handle(context, CUcontext.class)));
    }

    // ---- memory ----

    @Override
    public DeviceBytes memory() {
        long[] free = new long[1];
        long[] total = new long[1];
        cuda("cuMemGetInfo", JCudaDriver.cuMemGetInfo(free, total));
        return new DeviceBytes(free[0], total[0]);
    }

    @Override
    public long allocate(long bytes) {
        Address address = new Address();
        cuda("cuMemAlloc", JCudaDriver.cuMemAlloc(address, bytes));
        return address.value();
    }

    @Override
    public void free(long address) {
        cuda("cuMemFree", JCudaDriver.cuMemFree(at(address)));
    }

    @Override
    public MemorySegment allocatePinned(long bytes) {
        Pointer pointer = new Pointer();
        cuda("cuMemAllocHost", JCudaDriver.cuMemAllocHost(pointer, bytes));
        MemorySegment segment = MemorySegment.ofBuffer(pointer.getByteBuffer(0, bytes));
        handles.put(segment.address(), pointer);
        return segment;
    }

    @Override
    public void freePinned(MemorySegment memory) {
        cuda("cuMemFreeHost", JCudaDriver.cuMemFreeHost(handle(memory.address(), Pointer.class)));
        handles.remove(memory.address());
    }

    @Override
    public void copyToDevice(long to, MemorySegment from, long stream) {
        cuda("cuMemcpyHtoDAsync", JCudaDriver.cuMemcpyHtoDAsync(at(to), host(from), from.byteSize(), handle(stream, CUstream.class)));
    }

    @Override
    public void copyToHost(MemorySegment to, long from, long stream) {
        cuda("cuMemcpyDtoHAsync", JCudaDriver.cuMemcpyDtoHAsync(host(to), at(from), to.byteSize(), handle(stream, CUstream.class)));
    }

    @Override
    public void copy(long to, long from, long bytes, long stream) {
        cuda("cuMemcpyDtoDAsync", JCudaDriver.cuMemcpyDtoDAsync(at(to), at(from), bytes, handle(stream, CUstream.class)));
    }

    @Override
    public void fill(long address, int value, long words, long stream) {
        cuda("cuMemsetD32Async", JCudaDriver.cuMemsetD32Async(at(address), value, words, handle(stream, CUstream.class)));
    }

    // ---- order ----

    @Override
    public long createStream() {
        return create("cuStreamCreate", CUstream::new, s -> JCudaDriver.cuStreamCreate(s, STREAM_NON_BLOCKING));
    }

    @Override
    public void destroyStream(long stream) {
        cuda("cuStreamDestroy", JCudaDriver.cuStreamDestroy(handle(stream, CUstream.class)));
        handles.remove(stream);
    }

    @Override
    public void synchronize(long stream) {
        cuda("cuStreamSynchronize", JCudaDriver.cuStreamSynchronize(handle(stream, CUstream.class)));
    }

    @Override
    public long createEvent() {
        return create("cuEventCreate", CUevent::new, e -> JCudaDriver.cuEventCreate(e, EVENT_DISABLE_TIMING));
    }

    @Override
    public void destroyEvent(long event) {
        cuda("cuEventDestroy", JCudaDriver.cuEventDestroy(handle(event, CUevent.class)));
        handles.remove(event);
    }

    @Override
    public void record(long event, long stream) {
        cuda("cuEventRecord", JCudaDriver.cuEventRecord(handle(event, CUevent.class), handle(stream, CUstream.class)));
    }

    @Override
    public void await(long stream, long event) {
        cuda("cuStreamWaitEvent", JCudaDriver.cuStreamWaitEvent(handle(stream, CUstream.class), handle(event, CUevent.class), 0));
    }

    @Override
    public void synchronizeEvent(long event) {
        cuda("cuEventSynchronize", JCudaDriver.cuEventSynchronize(handle(event, CUevent.class)));
    }

    // ---- graphs ----

    @Override
    public void beginCapture(long stream) {
        cuda("cuStreamBeginCapture", JCudaDriver.cuStreamBeginCapture(handle(stream, CUstream.class), CAPTURE_THREAD_LOCAL));
    }

    @Override
    public long endCapture(long stream) {
        CUgraph graph = new CUgraph();
        cuda("cuStreamEndCapture", JCudaDriver.cuStreamEndCapture(handle(stream, CUstream.class), graph));
        try {
            return create("cuGraphInstantiate", CUgraphExec::new, g -> JCudaDriver.cuGraphInstantiate(g, graph, 0));
        } finally {
            cuda("cuGraphDestroy", JCudaDriver.cuGraphDestroy(graph));
        }
    }

    @Override
    public void launchGraph(long graph, long stream) {
        cuda("cuGraphLaunch", JCudaDriver.cuGraphLaunch(handle(graph, CUgraphExec.class), handle(stream, CUstream.class)));
    }

    @Override
    public void destroyGraph(long graph) {
        cuda("cuGraphExecDestroy", JCudaDriver.cuGraphExecDestroy(handle(graph, CUgraphExec.class)));
        handles.remove(graph);
    }

    // ---- kernels ----

    @Override
    public long loadModule(byte[] ptx) {
        return create("cuModuleLoadData", CUmodule::new, m -> JCudaDriver.cuModuleLoadData(m, ptx));
    }

    @Override
    public void unloadModule(long module) {
        cuda("cuModuleUnload", JCudaDriver.cuModuleUnload(handle(module, CUmodule.class)));
        handles.remove(module);
    }

    @Override
    public long function(long module, String name) {
        return create("cuModuleGetFunction", CUfunction::new,
                f -> JCudaDriver.cuModuleGetFunction(f, handle(module, CUmodule.class), name));
    }

    @Override
    public void allowShared(long function, int bytes) {
        cuda("cuFuncSetAttribute", JCudaDriver.cuFuncSetAttribute(handle(function, CUfunction.class), FUNCTION_MAX_DYNAMIC_SHARED, bytes));
    }

    @Override
    public void launch(long function, Grid grid, Arguments arguments, long stream) {
        NativePointerObject[] pointers = new NativePointerObject[arguments.count()];
        for (int i = 0; i < pointers.length; i++) {
            pointers[i] = host(arguments.bytes().asSlice(arguments.offset(i)));
        }
        cuda("cuLaunchKernel", JCudaDriver.cuLaunchKernel(handle(function, CUfunction.class), (int) grid.x(), (int) grid.y(),
                (int) grid.z(), grid.threads(), 1, 1, grid.shared(), handle(stream, CUstream.class), Pointer.to(pointers), null));
    }

    // ---- products ----

    @Override
    public long createBlas() {
        cublasHandle blas = new cublasHandle();
        cublas("cublasCreate", JCublas2.cublasCreate(blas));
        // Partial sums stay as wide as the result. The bits of floats are never cut unless a mode says so.
        cublas("cublasSetMathMode", JCublas2.cublasSetMathMode(blas, BLAS_NO_NARROW_SUMS));
        return number(blas);
    }

    @Override
    public void destroyBlas(long blas) {
        cublas("cublasDestroy", JCublas2.cublasDestroy(handle(blas, cublasHandle.class)));
        handles.remove(blas);
    }

    @Override
    public void gemm(long blas, Gemm g, long stream) {
        cublasHandle handle = handle(blas, cublasHandle.class);
        cublas("cublasSetStream", JCublas2.cublasSetStream(handle, new cudaStream_t(handle(stream, CUstream.class))));
        cublas("cublasGemmEx", JCublas2.cublasGemmEx_new(handle, g.transposeA() ? 1 : 0, g.transposeB() ? 1 : 0, Math.toIntExact(g.m()),
                Math.toIntExact(g.n()), Math.toIntExact(g.k()), Pointer.to(new float[] {1}), at(g.a()), g.operand().number(),
                Math.toIntExact(g.lda()), at(g.b()), g.operand().number(), Math.toIntExact(g.ldb()), Pointer.to(new float[] {g.beta()}),
                at(g.c()), Operand.F32.number(), Math.toIntExact(g.ldc()), COMPUTE_F32, DEFAULT_ALGORITHM));
    }

    @Override
    public void close() {
        handles.clear();
    }
}
