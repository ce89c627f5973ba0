package io.github.x2i4j.engine.gpu.foreign;

import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.engine.gpu.Arguments;
import io.github.x2i4j.engine.gpu.CudaApi;
import io.github.x2i4j.engine.gpu.CudaException;
import io.github.x2i4j.engine.gpu.Grid;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;

/** CUDA's driver and cuBLAS of CUDA 12 or 13, whichever is installed. */
public final class ForeignCuda implements CudaApi {
    private static final int STREAM_NON_BLOCKING = 1;
    private static final int EVENT_DISABLE_TIMING = 2;
    private static final int FUNCTION_MAX_DYNAMIC_SHARED = 8;
    private static final int CAPTURE_THREAD_LOCAL = 1;
    private static final int BLAS_NO_TRANSPOSE = 0;
    private static final int BLAS_TRANSPOSE = 1;
    private static final int BLAS_NO_NARROW_SUMS = 16;
    private static final int COMPUTE_F32 = 68;
    private static final int DEFAULT_ALGORITHM = -1;

    private final Arena arena = Arena.ofShared();
    private final Functions driver;
    private final Functions blas;
    private final LightProducts light;
    private final String description;

    /**
     * @param folders where to look for driver and cuBLAS before the usual places
     * @throws UnsupportedFeatureException if the driver or cuBLAS is not there, or if this program may not call native code
     */
    public static ForeignCuda open(List<Path> folders) {
        if (!ForeignCuda.class.getModule().isNativeAccessEnabled()) {
            throw new UnsupportedFeatureException("CUDA cannot be called: start Java with --enable-native-access="
                    + (ForeignCuda.class.getModule().isNamed() ? ForeignCuda.class.getModule().getName() : "ALL-UNNAMED"));
        }
        return new ForeignCuda(folders);
    }

    private ForeignCuda(List<Path> folders) {
        try {
            driver = new Functions("the CUDA driver", CudaLibraries.driver(arena, folders));
            CudaLibraries.Found found = CudaLibraries.blas(arena, folders);
            blas = new Functions(found.place(), found.symbols());
            light = new LightProducts(this::cublas, found.symbols().find("cublasLtMatmul").isPresent());
            cuda("cuInit", 0);
            int version = intOf("cuDriverGetVersion");
            description = "CUDA driver interface " + version / 1000 + "." + version % 1000 / 10 + ", cuBLAS " + blasProperty(0) + "."
                    + blasProperty(1) + "." + blasProperty(2) + " (" + found.place() + ")" + (light.isPresent() ? " with" : " without")
                    + " cuBLASLt, through java.lang.foreign" + (found.declined().isEmpty() ? "" : "; " + found.declined());
        } catch (Throwable t) {
            arena.close();
            throw t;
        }
    }

    // ---- calling ----

    private void cuda(String function, Object... arguments) {
        int status = driver.call(function, arguments);
        if (status != 0) {
            throw new CudaException(function, status, meaning(status));
        }
    }

    /** A part of cuBLAS's version: 0 major, 1 minor, 2 patch. */
    private int blasProperty(int part) {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment out = a.allocate(ValueLayout.JAVA_INT);
            cublas("cublasGetProperty", part, out);
            return out.get(ValueLayout.JAVA_INT, 0);
        }
    }

    private String meaning(int status) {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment text = a.allocate(ValueLayout.ADDRESS);
            if (driver.call("cuGetErrorString", status, text) != 0) {
                return "unknown error";
            }
            return text.get(ValueLayout.ADDRESS, 0).reinterpret(1024).getString(0);
        }
    }

    private void cublas(String function, Object... arguments) {
        int status = blas.call(function, arguments);
        if (status != 0) {
            throw new CudaException(function, status, switch (status) {
                case 1 -> "cuBLAS is not initialised";
                case 3 -> "cuBLAS could not allocate memory";
                case 7 -> "a parameter is invalid";
                case 8 -> "the device lacks a feature";
                case 13 -> "the product could not be run";
                case 14 -> "an internal operation failed";
                case 15 -> "the product is not supported";
                default -> "cuBLAS error";
            });
        }
    }

    /** Calls a function of the driver that writes an int through its first parameter. */
    private int intOf(String function, Object... rest) {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment out = a.allocate(ValueLayout.JAVA_INT);
            cuda(function, with(out, rest));
            return out.get(ValueLayout.JAVA_INT, 0);
        }
    }

    /** Calls a function of the driver that writes a handle or an address through its first parameter. */
    private long longOf(String function, Object... rest) {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment out = a.allocate(ValueLayout.JAVA_LONG);
            cuda(function, with(out, rest));
            return out.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    private static Object[] with(Object first, Object[] rest) {
        Object[] all = new Object[rest.length + 1];
        all[0] = first;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }

    @Override
    public String description() {
        return description;
    }

    // ---- devices ----

    @Override
    public int deviceCount() {
        return intOf("cuDeviceGetCount");
    }

    @Override
    public String deviceName(int device) {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment name = a.allocate(256);
            cuda("cuDeviceGetName", name, 256, intOf("cuDeviceGet", device));
            return name.getString(0);
        }
    }

    @Override
    public int attribute(int attribute, int device) {
        return intOf("cuDeviceGetAttribute", attribute, intOf("cuDeviceGet", device));
    }

    @Override
    public long retainContext(int device) {
        return longOf("cuDevicePrimaryCtxRetain", intOf("cuDeviceGet", device));
    }

    @Override
    public void releaseContext(int device) {
        cuda("cuDevicePrimaryCtxRelease_v2", intOf("cuDeviceGet", device));
    }

    @Override
    public long createContext(int device) {
        return longOf("cuCtxCreate_v2", 0, intOf("cuDeviceGet", device));
    }

    @Override
    public void destroyContext(long context) {
        cuda("cuCtxDestroy_v2", context);
    }

    @Override
    public void makeCurrent(long context) {
        cuda("cuCtxSetCurrent", context);
    }

    // ---- memory ----

    @Override
    public DeviceBytes memory() {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment free = a.allocate(ValueLayout.JAVA_LONG);
            MemorySegment total = a.allocate(ValueLayout.JAVA_LONG);
            cuda("cuMemGetInfo_v2", free, total);
            return new DeviceBytes(free.get(ValueLayout.JAVA_LONG, 0), total.get(ValueLayout.JAVA_LONG, 0));
        }
    }

    @Override
    public long allocate(long bytes) {
        return longOf("cuMemAlloc_v2", bytes);
    }

    @Override
    public void free(long address) {
        cuda("cuMemFree_v2", address);
    }

    @Override
    public MemorySegment allocatePinned(long bytes) {
        return MemorySegment.ofAddress(longOf("cuMemAllocHost_v2", bytes)).reinterpret(bytes);
    }

    @Override
    public void freePinned(MemorySegment memory) {
        cuda("cuMemFreeHost", memory);
    }

    @Override
    public void copyToDevice(long to, MemorySegment from, long stream) {
        cuda("cuMemcpyHtoDAsync_v2", to, from, from.byteSize(), stream);
    }

    @Override
    public void copyToHost(MemorySegment to, long from, long stream) {
        cuda("cuMemcpyDtoHAsync_v2", to, from, to.byteSize(), stream);
    }

    @Override
    public void copy(long to, long from, long bytes, long stream) {
        cuda("cuMemcpyDtoDAsync_v2", to, from, bytes, stream);
    }

    @Override
    public void fill(long address, int value, long words, long stream) {
        cuda("cuMemsetD32Async", address, value, words, stream);
    }

    // ---- order ----

    @Override
    public long createStream() {
        return longOf("cuStreamCreate", STREAM_NON_BLOCKING);
    }

    @Override
    public void destroyStream(long stream) {
        cuda("cuStreamDestroy_v2", stream);
    }

    @Override
    public void synchronize(long stream) {
        cuda("cuStreamSynchronize", stream);
    }

    @Override
    public long createEvent() {
        return longOf("cuEventCreate", EVENT_DISABLE_TIMING);
    }

    @Override
    public void destroyEvent(long event) {
        cuda("cuEventDestroy_v2", event);
    }

    @Override
    public void record(long event, long stream) {
        cuda("cuEventRecord", event, stream);
    }

    @Override
    public void await(long stream, long event) {
        cuda("cuStreamWaitEvent", stream, event, 0);
    }

    @Override
    public void synchronizeEvent(long event) {
        cuda("cuEventSynchronize", event);
    }

    // ---- graphs ----

    @Override
    public void beginCapture(long stream) {
        cuda("cuStreamBeginCapture_v2", stream, CAPTURE_THREAD_LOCAL);
    }

    @Override
    public long endCapture(long stream) {
        long graph;
        try (Arena a = Arena.ofConfined()) {
            MemorySegment out = a.allocate(ValueLayout.JAVA_LONG);
            cuda("cuStreamEndCapture", stream, out);
            graph = out.get(ValueLayout.JAVA_LONG, 0);
        }
        try {
            return longOf("cuGraphInstantiateWithFlags", graph, 0L);
        } finally {
            cuda("cuGraphDestroy", graph);
        }
    }

    @Override
    public void launchGraph(long graph, long stream) {
        cuda("cuGraphLaunch", graph, stream);
    }

    @Override
    public void destroyGraph(long graph) {
        cuda("cuGraphExecDestroy", graph);
    }

    // ---- kernels ----

    @Override
    public long loadModule(byte[] ptx) {
        try (Arena a = Arena.ofConfined()) {
            return longOf("cuModuleLoadData", a.allocateFrom(ValueLayout.JAVA_BYTE, ptx));
        }
    }

    @Override
    public void unloadModule(long module) {
        cuda("cuModuleUnload", module);
    }

    @Override
    public long function(long module, String name) {
        try (Arena a = Arena.ofConfined()) {
            return longOf("cuModuleGetFunction", module, a.allocateFrom(name));
        }
    }

    @Override
    public void allowShared(long function, int bytes) {
        cuda("cuFuncSetAttribute", function, FUNCTION_MAX_DYNAMIC_SHARED, bytes);
    }

    @Override
    public void launch(long function, Grid grid, Arguments arguments, long stream) {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment pointers = a.allocate(ValueLayout.JAVA_LONG, Math.max(1, arguments.count()));
            for (int i = 0; i < arguments.count(); i++) {
                pointers.setAtIndex(ValueLayout.JAVA_LONG, i, arguments.bytes().address() + arguments.offset(i));
            }
            cuda("cuLaunchKernel", function, (int) grid.x(), (int) grid.y(), (int) grid.z(), grid.threads(), 1, 1, grid.shared(), stream,
                    pointers, MemorySegment.NULL);
        }
    }

    // ---- products ----

    @Override
    public long createBlas() {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment out = a.allocate(ValueLayout.JAVA_LONG);
            cublas("cublasCreate_v2", out);
            long handle = out.get(ValueLayout.JAVA_LONG, 0);
            // Partial sums stay as wide as the result. The bits of floats are never cut unless a mode says so.
            cublas("cublasSetMathMode", handle, BLAS_NO_NARROW_SUMS);
            return handle;
        }
    }

    @Override
    public void destroyBlas(long handle) {
        cublas("cublasDestroy_v2", handle);
    }

    @Override
    public void gemm(long handle, Gemm g, long stream) {
        try (Arena a = Arena.ofConfined()) {
            cublas("cublasSetStream_v2", handle, stream);
            cublas("cublasGemmEx", handle, g.transposeA() ? BLAS_TRANSPOSE : BLAS_NO_TRANSPOSE,
                    g.transposeB() ? BLAS_TRANSPOSE : BLAS_NO_TRANSPOSE, Math.toIntExact(g.m()), Math.toIntExact(g.n()),
                    Math.toIntExact(g.k()), a.allocateFrom(ValueLayout.JAVA_FLOAT, 1), g.a(), g.operand().number(),
                    Math.toIntExact(g.lda()), g.b(), g.operand().number(), Math.toIntExact(g.ldb()),
                    a.allocateFrom(ValueLayout.JAVA_FLOAT, g.beta()), g.c(), Operand.F32.number(), Math.toIntExact(g.ldc()), COMPUTE_F32,
                    DEFAULT_ALGORITHM);
        }
    }

    @Override
    public boolean plansProducts() {
        return light.isPresent();
    }

    @Override
    public long plan(long handle, PlannedProduct product) {
        return light.plan(handle, product);
    }

    @Override
    public void multiply(long handle, long plan, ProductOperands operands, long stream) {
        light.multiply(handle, plan, operands, stream);
    }

    @Override
    public void destroyPlan(long plan) {
        light.destroy(plan);
    }

    @Override
    public void close() {
        light.close();
        arena.close();
    }
}
