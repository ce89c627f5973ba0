package io.github.x2i4j.engine.gpu;

import java.lang.foreign.MemorySegment;

/**
 * The calls of CUDA's driver interface and of cuBLAS that the engine uses. Handles and addresses of the device are plain numbers.
 * Work that is given to a stream is done in order; what the host passes for it must stay as it is until the stream has been waited
 * for. Calls act on the context that is current in the calling thread.
 *
 * <p>Every call throws {@link CudaException} where CUDA reports an error. Safe for several threads.
 */
public interface CudaApi extends AutoCloseable {
    /** Attribute numbers of {@link #attribute}. */
    int COMPUTE_CAPABILITY_MAJOR = 75;
    int COMPUTE_CAPABILITY_MINOR = 76;

    /** What was found and its versions, for people. */
    String description();

    // ---- devices ----

    int deviceCount();

    String deviceName(int device);

    int attribute(int attribute, int device);

    /** The context of a device that all users in the process share; to be released as often as retained. */
    long retainContext(int device);

    void releaseContext(int device);

    /** Makes a context current in the calling thread. */
    void makeCurrent(long context);

    // ---- memory ----

    /** Bytes of the device that are free, and all of them. */
    record DeviceBytes(long free, long total) {
    }

    DeviceBytes memory();

    /** @throws CudaException with {@link CudaException#OUT_OF_MEMORY} if the device has no such memory */
    long allocate(long bytes);

    void free(long address);

    /** Memory of the host that the device copies from and to without help of the CPU. */
    MemorySegment allocatePinned(long bytes);

    void freePinned(MemorySegment memory);

    void copyToDevice(long to, MemorySegment from, long stream);

    void copyToHost(MemorySegment to, long from, long stream);

    void copy(long to, long from, long bytes, long stream);

    /** Sets 32-bit words. */
    void fill(long address, int value, long words, long stream);

    // ---- order ----

    long createStream();

    void destroyStream(long stream);

    /** Waits until all work of a stream is done. Errors of that work appear here. */
    void synchronize(long stream);

    long createEvent();

    void destroyEvent(long event);

    /** The event happens when the work given to the stream so far is done. */
    void record(long event, long stream);

    /** Later work of the stream begins after the event. */
    void await(long stream, long event);

    /** Waits for the event. */
    void synchronizeEvent(long event);

    // ---- kernels ----

    /** Compiles PTX, a text that ends with a zero byte, for the current context's device. */
    long loadModule(byte[] ptx);

    void unloadModule(long module);

    long function(long module, String name);

    /** Runs a kernel on a grid of blocks. */
    void launch(long function, Grid grid, Arguments arguments, long stream);

    // ---- products ----

    long createBlas();

    void destroyBlas(long blas);

    /** {@code c = op(a) op(b) + beta c} as cuBLAS counts: column-major, op a is [m, k], op b [k, n]; c is float. */
    void gemm(long blas, Gemm gemm, long stream);

    /** Types of {@link Gemm}'s operands, by CUDA's numbers. */
    enum Operand {
        F32(0), F16(2), BF16(14);

        private final int number;

        Operand(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }
    }

    /**
     * A product.
     *
     * @param transposeA whether a is stored as [k, m]
     * @param transposeB whether b is stored as [n, k]
     * @param operand type of a and b
     * @param a address; columns are {@code lda} elements apart; so for b and c
     * @param beta 0 to overwrite c, 1 to add to it
     */
    record Gemm(boolean transposeA, boolean transposeB, long m, long n, long k, Operand operand, long a, long lda, long b, long ldb,
            float beta, long c, long ldc) {
    }

    @Override
    void close();
}
