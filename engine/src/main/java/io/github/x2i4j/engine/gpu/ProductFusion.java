package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.gpu.CudaApi.Fused;

/**
 * What of bias and epilogue a product does itself, and what is left for a kernel of its own.
 *
 * @param addend a residual that the product adds, or null
 * @param bias as the kernel is to add it, or null
 */
record ProductFusion(Fused fused, boolean biased, Tensor addend, Tensor bias, Epilogue rest) {
    /** Everything is left. */
    static ProductFusion none(Tensor bias, Epilogue e) {
        return new ProductFusion(Fused.NONE, false, null, bias, e);
    }

    /** All that cuBLASLt can do. */
    static ProductFusion of(Precision precision, Tensor bias, Epilogue e) {
        boolean plain = e.multiplier() == null && e.gate() == null;
        if (e.activation() == Activation.IDENTITY && plain) {
            return new ProductFusion(Fused.NONE, bias != null, e.residual(), null, Epilogue.NONE);
        }
        Fused fused = switch (e.activation()) {
            case RELU -> Fused.RELU;
            // How exact its hyperbolic tangent is, cuBLASLt does not say.
            case GELU_TANH -> precision == Precision.F32 ? Fused.NONE : Fused.GELU_TANH;
            default -> Fused.NONE;
        };
        Epilogue rest = fused == Fused.NONE ? e : new Epilogue(Activation.IDENTITY, e.multiplier(), e.gate(), e.residual());
        return new ProductFusion(fused, bias != null, null, null, rest);
    }

    /** Whether a kernel has something to do. */
    boolean leavesWork() {
        return bias != null || rest.activation() != Activation.IDENTITY || rest.multiplier() != null || rest.gate() != null
                || rest.residual() != null;
    }
}
