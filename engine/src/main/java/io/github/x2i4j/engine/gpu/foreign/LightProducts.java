package io.github.x2i4j.engine.gpu.foreign;

import io.github.x2i4j.engine.gpu.CudaApi.Operand;
import io.github.x2i4j.engine.gpu.CudaApi.PlannedProduct;
import io.github.x2i4j.engine.gpu.CudaApi.ProductOperands;
import io.github.x2i4j.engine.gpu.CudaException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Products by cuBLASLt. Its functions are found through cuBLAS, which needs that library itself, and they take the handles of cuBLAS.
 * The numbers are those of {@code cublasLt.h}, which CUDA 12 and 13 share.
 */
final class LightProducts implements AutoCloseable {
    private static final int COMPUTE_F32 = 68;
    private static final int NOT_SUPPORTED = 15;

    private static final int DESC_TRANSA = 3;
    private static final int DESC_TRANSB = 4;
    private static final int DESC_EPILOGUE = 7;
    private static final int DESC_BIAS_POINTER = 8;
    private static final int DESC_A_SCALE_POINTER = 17;
    private static final int DESC_B_SCALE_POINTER = 18;

    private static final int PREFERENCE_WORKSPACE = 1;
    /** That of a; those of b, c and d have the next numbers. */
    private static final int PREFERENCE_ALIGNMENT = 5;

    /** Layout of {@code cublasLtMatmulHeuristicResult_t}: the algorithm, bytes of workspace, status, waves, reserved words. */
    private static final long RESULT_BYTES = 96;
    private static final long RESULT_STATE = 72;

    private final Call cublas;
    private final boolean present;
    private final Map<Long, Plan> plans = new ConcurrentHashMap<>();
    private final AtomicLong next = new AtomicLong(1);

    /** Calls a function of cuBLAS. */
    @FunctionalInterface
    interface Call {
        /** @throws CudaException if its status is not 0 */
        void call(String function, Object... arguments);
    }

    /** Descriptions of a product, which must be destroyed, and the algorithm chosen for it. */
    private final class Plan {
        final Arena arena = Arena.ofShared();
        final PlannedProduct product;
        final long operation;
        final long a;
        final long b;
        final long d;
        final MemorySegment algorithm = arena.allocate(RESULT_BYTES, 8);
        final MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1);
        final MemorySegment zero = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 0);
        final MemorySegment pointer = arena.allocate(ValueLayout.JAVA_LONG);
        private final List<Runnable> undo = new ArrayList<>(List.of(arena::close));

        Plan(PlannedProduct p) {
            product = p;
            try {
                operation = create("cublasLtMatmulDesc", COMPUTE_F32, Operand.F32.number());
                set("cublasLtMatmulDesc", operation, DESC_TRANSA, p.transposeA() ? 1 : 0);
                set("cublasLtMatmulDesc", operation, DESC_TRANSB, p.transposeB() ? 1 : 0);
                set("cublasLtMatmulDesc", operation, DESC_EPILOGUE, p.fused().number(p.biased()));
                a = matrix(p.operand(), p.transposeA() ? p.k() : p.m(), p.transposeA() ? p.m() : p.k(), p.lda());
                b = matrix(p.operand(), p.transposeB() ? p.n() : p.k(), p.transposeB() ? p.k() : p.n(), p.ldb());
                d = matrix(p.result(), p.m(), p.n(), p.ldd());
            } catch (Throwable t) {
                destroy();
                throw t;
            }
        }

        private long matrix(Operand type, long rows, long columns, long step) {
            return create("cublasLtMatrixLayout", type.number(), rows, columns, step);
        }

        /** Makes an object of a kind, which is destroyed with the plan. */
        private long create(String kind, Object... arguments) {
            try (Arena temporary = Arena.ofConfined()) {
                MemorySegment out = temporary.allocate(ValueLayout.JAVA_LONG);
                Object[] all = new Object[arguments.length + 1];
                all[0] = out;
                System.arraycopy(arguments, 0, all, 1, arguments.length);
                cublas.call(kind + "Create", all);
                long handle = out.get(ValueLayout.JAVA_LONG, 0);
                undo.add(() -> cublas.call(kind + "Destroy", handle));
                return handle;
            }
        }

        private static void fill(MemorySegment to, long value) {
            if (to.byteSize() == Integer.BYTES) {
                to.set(ValueLayout.JAVA_INT, 0, (int) value);
            } else {
                to.set(ValueLayout.JAVA_LONG, 0, value);
            }
        }

        private void set(String kind, long handle, int attribute, int value) {
            set(kind, handle, attribute, value, Integer.BYTES);
        }

        private void set(String kind, long handle, int attribute, long value, int bytes) {
            try (Arena temporary = Arena.ofConfined()) {
                MemorySegment from = temporary.allocate(bytes, 8);
                fill(from, value);
                cublas.call(kind + "SetAttribute", handle, attribute, from, (long) bytes);
            }
        }

        /** The first choice of the heuristic, which computes nothing; false where it has none. */
        boolean choose(long blas) {
            String kind = "cublasLtMatmulPreference";
            long preference = create(kind);
            set(kind, preference, PREFERENCE_WORKSPACE, product.workspace(), Long.BYTES);
            for (int i = 0; i < 4; i++) {
                set(kind, preference, PREFERENCE_ALIGNMENT + i, product.alignment());
            }
            try (Arena temporary = Arena.ofConfined()) {
                MemorySegment found = temporary.allocate(ValueLayout.JAVA_INT);
                cublas.call("cublasLtMatmulAlgoGetHeuristic", blas, operation, a, b, d, d, preference, 1, algorithm, found);
                return found.get(ValueLayout.JAVA_INT, 0) > 0 && algorithm.get(ValueLayout.JAVA_INT, RESULT_STATE) == 0;
            } catch (CudaException e) {
                if (e.status() == NOT_SUPPORTED) {
                    return false;
                }
                throw e;
            }
        }

        void multiply(long blas, ProductOperands o, long stream) {
            if (product.biased()) {
                point(DESC_BIAS_POINTER, o.bias());
            }
            if (product.operand() == Operand.F8_E4M3) {
                point(DESC_A_SCALE_POINTER, o.scaleA());
                point(DESC_B_SCALE_POINTER, o.scaleB());
            }
            cublas.call("cublasLtMatmul", blas, operation, one, o.a(), a, o.b(), b, product.added() ? one : zero,
                    product.added() ? o.addend() : o.d(), d, o.d(), d, algorithm, o.workspace(), product.workspace(), stream);
        }

        private void point(int attribute, long address) {
            pointer.set(ValueLayout.JAVA_LONG, 0, address);
            cublas.call("cublasLtMatmulDescSetAttribute", operation, attribute, pointer, (long) Long.BYTES);
        }

        void destroy() {
            undo.reversed().forEach(Runnable::run);
        }
    }

    LightProducts(Call cublas, boolean present) {
        this.cublas = cublas;
        this.present = present;
    }

    boolean isPresent() {
        return present;
    }

    long plan(long blas, PlannedProduct product) {
        Plan plan = new Plan(product);
        boolean chosen = false;
        try {
            chosen = plan.choose(blas);
        } finally {
            if (!chosen) {
                plan.destroy();
            }
        }
        if (!chosen) {
            return 0;
        }
        long number = next.getAndIncrement();
        plans.put(number, plan);
        return number;
    }

    void multiply(long blas, long plan, ProductOperands operands, long stream) {
        plans.get(plan).multiply(blas, operands, stream);
    }

    void destroy(long plan) {
        plans.remove(plan).destroy();
    }

    /** Destroys what is left. */
    @Override
    public void close() {
        plans.keySet().forEach(this::destroy);
    }
}
