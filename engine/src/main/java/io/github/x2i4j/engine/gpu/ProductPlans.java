package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.gpu.CudaApi.PlannedProduct;
import io.github.x2i4j.engine.memory.GiveBack;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How cuBLASLt computes each product that was asked for: chosen when a shape first comes, and kept. Guarded by the {@link Gpu}. */
final class ProductPlans implements AutoCloseable {
    /** cuBLAS has statuses below that, the driver has most of its own above. */
    private static final int LEAST_DEVICE_ERROR = 100;

    private final CudaApi api;
    private final long blas;
    /** 0 where cuBLASLt knows no way. */
    private final Map<PlannedProduct, Long> plans = new HashMap<>();
    private final List<String> refusals = new ArrayList<>();

    ProductPlans(CudaApi api, long blas) {
        this.api = api;
        this.blas = blas;
    }

    /** Computes a product; false, with nothing done, where cuBLASLt knows no way or refuses. */
    boolean multiply(PlannedProduct product, CudaApi.ProductOperands operands, long stream) {
        try {
            Long plan = plans.get(product);
            if (plan == null) {
                plan = api.plan(blas, product);
                plans.put(product, plan);
            }
            if (plan == 0) {
                return false;
            }
            api.multiply(blas, plan, operands, stream);
            return true;
        } catch (CudaException e) {
            // A refusal of cuBLASLt leaves the device as it was; another way may be open.
            if (e.status() >= LEAST_DEVICE_ERROR) {
                throw e;
            }
            Long plan = plans.put(product, 0L);
            if (plan != null && plan != 0) {
                api.destroyPlan(plan);
            }
            refusals.add("cuBLASLt refused a product, which cuBLAS computes: " + e.getMessage());
            return false;
        }
    }

    /** What cuBLASLt refused, for people. */
    List<String> refusals() {
        return refusals;
    }

    @Override
    public void close() {
        List<Long> made = plans.values().stream().filter(plan -> plan != 0).toList();
        plans.clear();
        GiveBack.each(made, api::destroyPlan);
    }
}
