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

    /** A context of its own, which an error in a kernel leaves unusable without harm to others. */
    long createContext(int device);

    /** Frees a context of its own and all that was made in it. */
    void destroyContext(long context);

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

    // ---- graphs ----

    /**
     * From now on work that is given to the stream is not done but noted. This thread must not wait for anything on the device or take or
     * free memory meanwhile.
     */
    void beginCapture(long stream);

    /** Ends that. @return what was noted, ready to be launched; it is to be destroyed */
    long endCapture(long stream);

    /** Has the stream do what was noted. */
    void launchGraph(long graph, long stream);

    void destroyGraph(long graph);

    // ---- kernels ----

    /** Compiles PTX, a text that ends with a zero byte, for the current context's device. */
    long loadModule(byte[] ptx);

    void unloadModule(long module);

    long function(long module, String name);

    /** Allows a kernel to be launched with that much shared memory beside what it declares. */
    void allowShared(long function, int bytes);

    /** Runs a kernel on a grid of blocks. */
    void launch(long function, Grid grid, Arguments arguments, long stream);

    // ---- products ----

    long createBlas();

    void destroyBlas(long blas);

    /** {@code c = op(a) op(b) + beta c} as cuBLAS counts: column-major, op a is [m, k], op b [k, n]; c is float. */
    void gemm(long blas, Gemm gemm, long stream);

    /** Types of {@link Gemm}'s operands, by CUDA's numbers. */
    enum Operand {
        F32(0), F16(2), BF16(14), F8_E4M3(28);

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

    /** Whether products can be planned, which takes cuBLASLt. Where it is not there, {@link #gemm} is all there is. */
    default boolean plansProducts() {
        return false;
    }

    /** What a planned product does to its elements at last, by cuBLASLt's numbers. */
    enum Fused {
        NONE(1), RELU(2), GELU_TANH(32);

        /** What cuBLASLt adds to the number where there is a bias. */
        private static final int BIAS = 4;

        private final int number;

        Fused(int number) {
            this.number = number;
        }

        public int number(boolean biased) {
            return number == 1 && biased ? BIAS : biased ? number | BIAS : number;
        }
    }

    /**
     * A product together with what follows it, {@code d = fused(op(a) op(b) + bias + addend)}, counted as {@link Gemm} counts.
     *
     * @param operand type of a and b
     * @param result type of d and of the bias: F32 or BF16
     * @param biased whether a vector [m] is added to each column
     * @param added whether a matrix laid out like d, which must be F32, is added
     * @param alignment that all addresses have at least, in bytes
     * @param workspace bytes that the device may use meanwhile, at most
     */
    record PlannedProduct(boolean transposeA, boolean transposeB, long m, long n, long k, Operand operand, long lda, long ldb, long ldd,
            Operand result, Fused fused, boolean biased, boolean added, int alignment, long workspace) {
    }

    /**
     * Addresses of a planned product; those of what is left out are 0.
     *
     * @param scaleA a float that a is multiplied by where it is of eight bits; so for b
     */
    record ProductOperands(long a, long b, long bias, long addend, long d, long workspace, long scaleA, long scaleB) {
        ProductOperands in(long place) {
            return new ProductOperands(a, b, bias, addend, d, place, scaleA, scaleB);
        }
    }

    /** Has cuBLASLt choose how to compute a product, without trying anything; 0 where it knows no way. The plan is to be destroyed. */
    default long plan(long blas, PlannedProduct product) {
        throw new UnsupportedOperationException("no cuBLASLt");
    }

    /** Computes a planned product. */
    default void multiply(long blas, long plan, ProductOperands operands, long stream) {
        throw new UnsupportedOperationException("no cuBLASLt");
    }

    default void destroyPlan(long plan) {
        throw new UnsupportedOperationException("no cuBLASLt");
    }

    @Override
    void close();
}
