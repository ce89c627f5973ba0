package io.github.x2i4j.engine.gpu.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.gpu.CudaApi.Fused;
import io.github.x2i4j.engine.gpu.CudaApi.Operand;
import io.github.x2i4j.engine.gpu.CudaApi.PlannedProduct;
import io.github.x2i4j.engine.gpu.CudaApi.ProductOperands;
import io.github.x2i4j.engine.gpu.CudaException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What cuBLASLt is asked, by a stand-in that answers as its header says. */
class LightProductsTest {
    private static final long BLAS = 7;
    private static final PlannedProduct PRODUCT = new PlannedProduct(true, false, 30, 20, 40, Operand.BF16, 40, 41, 31, Operand.F32,
            Fused.GELU_TANH, true, false, 8, 1 << 20);

    private final Map<Long, String> alive = new TreeMap<>();
    private final Map<String, Object> attributes = new HashMap<>();
    private final List<Object> product = new ArrayList<>();
    private long handles = 100;
    private int heuristic;
    private int found = 1;

    private void call(String function, Object... a) {
        if (function.endsWith("Create")) {
            long handle = handles++;
            ((MemorySegment) a[0]).set(ValueLayout.JAVA_LONG, 0, handle);
            alive.put(handle, function.replace("Create", "") + List.of(a).subList(1, a.length));
        } else if (function.endsWith("Destroy")) {
            assertThat(alive.remove((Long) a[0])).startsWith(function.replace("Destroy", ""));
        } else if (function.endsWith("SetAttribute")) {
            assertThat(alive.get((Long) a[0])).startsWith(function.replace("SetAttribute", ""));
            MemorySegment value = (MemorySegment) a[2];
            attributes.put(function.replace("SetAttribute", "") + " " + a[1],
                    (long) a[3] == 4 ? value.get(ValueLayout.JAVA_INT, 0) : (Object) value.get(ValueLayout.JAVA_LONG, 0));
        } else if (function.endsWith("GetHeuristic")) {
            if (heuristic != 0) {
                throw new CudaException(function, heuristic, "as told");
            }
            ((MemorySegment) a[9]).set(ValueLayout.JAVA_INT, 0, found);
        } else {
            assertThat(function).isEqualTo("cublasLtMatmul");
            product.addAll(List.of(a));
        }
    }

    @Test
    void aProductIsDescribedAsTheHeaderSays() {
        try (LightProducts light = new LightProducts(this::call, true)) {
            long plan = light.plan(BLAS, PRODUCT);
            // Compute type and scale type; type, rows, columns and step of each matrix as it is stored.
            assertThat(alive.values()).containsExactly("cublasLtMatmulDesc[68, 0]", "cublasLtMatrixLayout[14, 40, 30, 40]",
                    "cublasLtMatrixLayout[14, 40, 20, 41]", "cublasLtMatrixLayout[0, 30, 20, 31]", "cublasLtMatmulPreference[]");
            assertThat(attributes).containsOnly(Map.entry("cublasLtMatmulDesc 3", 1), Map.entry("cublasLtMatmulDesc 4", 0),
                    Map.entry("cublasLtMatmulDesc 7", 36), Map.entry("cublasLtMatmulPreference 1", 1L << 20),
                    Map.entry("cublasLtMatmulPreference 5", 8), Map.entry("cublasLtMatmulPreference 6", 8),
                    Map.entry("cublasLtMatmulPreference 7", 8), Map.entry("cublasLtMatmulPreference 8", 8));
            light.multiply(BLAS, plan, new ProductOperands(1001, 1002, 1003, 0, 1004, 1005, 0, 0), 9);
            assertThat(attributes).containsEntry("cublasLtMatmulDesc 8", 1003L);
            assertThat(product).hasSize(16).startsWith(BLAS, 100L).contains(1001L, 1002L, 1004L, 1005L, 1L << 20).endsWith(9L);
            assertThat(factor(2)).isEqualTo(1);
            assertThat(factor(7)).isZero();
        }
        assertThat(alive).isEmpty();
    }

    private float factor(int argument) {
        return ((MemorySegment) product.get(argument)).get(ValueLayout.JAVA_FLOAT, 0);
    }

    @Test
    void whatItKnowsNoWayForHasNoPlanAndLeavesNothing() {
        try (LightProducts light = new LightProducts(this::call, true)) {
            heuristic = 15;
            assertThat(light.plan(BLAS, PRODUCT)).isZero();
            heuristic = 0;
            found = 0;
            assertThat(light.plan(BLAS, PRODUCT)).isZero();
            heuristic = 7;
            assertThatThrownBy(() -> light.plan(BLAS, PRODUCT)).isInstanceOf(CudaException.class).hasMessageContaining("(7)");
            assertThat(alive).isEmpty();
        }
    }

    @Test
    void epiloguesHaveTheHeadersNumbers() {
        assertThat(Fused.NONE.number(false)).isEqualTo(1);
        assertThat(Fused.NONE.number(true)).isEqualTo(4);
        assertThat(Fused.RELU.number(true)).isEqualTo(6);
        assertThat(Fused.GELU_TANH.number(false)).isEqualTo(32);
        assertThat(Fused.GELU_TANH.number(true)).isEqualTo(36);
    }
}
