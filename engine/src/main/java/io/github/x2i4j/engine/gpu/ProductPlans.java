package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.gpu.CudaApi.PlannedProduct;
import io.github.x2i4j.engine.memory.GiveBack;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How cuBLASLt computes each product that was asked for: chosen when a shape first comes, and kept. Guarded by the {@link Gpu}. */
final class ProductPlans implements AutoCloseable {
    private final CudaApi api;
    private final long blas;
    /** 0 where cuBLASLt knows no way. */
    private final Map<PlannedProduct, Long> plans = new HashMap<>();

    ProductPlans(CudaApi api, long blas) {
        this.api = api;
        this.blas = blas;
    }

    /** The plan of a product, or 0. */
    long plan(PlannedProduct product) {
        Long known = plans.get(product);
        if (known == null) {
            known = api.plan(blas, product);
            plans.put(product, known);
        }
        return known;
    }

    @Override
    public void close() {
        List<Long> made = plans.values().stream().filter(plan -> plan != 0).toList();
        plans.clear();
        GiveBack.each(made, api::destroyPlan);
    }
}
