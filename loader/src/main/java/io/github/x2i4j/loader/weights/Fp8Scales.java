package io.github.x2i4j.loader.weights;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.files.InputFiles;
import java.util.Map;

/**
 * The scales that stand beside fp8 weights in ComfyUI's files: the weight {@code X.weight} is what is stored times {@code X.scale_weight}
 * (or {@code X.weight_scale}). What else such files say (scales of activations, markers) is about how ComfyUI computes.
 */
final class Fp8Scales {
    private static final String WEIGHT = ".weight";
    private static final String[] SCALES = {".scale_weight", ".weight_scale"};
    private static final String[] HINTS = {".scale_input", ".input_scale", ".comfy_quant"};
    private static final String MARKER = "scaled_fp8";

    private final Checkpoint checkpoint;

    Fp8Scales(Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    /** True if a stored tensor is no weight but says something of one. */
    boolean isAbout(String stored) {
        return stored.equals(MARKER) || stored.endsWith("." + MARKER) || hasWeight(stored, SCALES) || hasWeight(stored, HINTS);
    }

    private boolean hasWeight(String stored, String... endings) {
        for (String ending : endings) {
            if (stored.endsWith(ending)) {
                return checkpoint.tensors().containsKey(stored.substring(0, stored.length() - ending.length()) + WEIGHT);
            }
        }
        return false;
    }

    /**
     * A stored tensor with its scale, if it has one.
     *
     * @throws UnsupportedFeatureException if it has several
     */
    Tensor scaled(String stored, Tensor t) {
        if (!stored.endsWith(WEIGHT) || !t.dtype().isFloat()) {
            return t;
        }
        Map<String, TensorInfo> tensors = checkpoint.tensors();
        for (String ending : SCALES) {
            TensorInfo scale = tensors.get(stored.substring(0, stored.length() - WEIGHT.length()) + ending);
            if (scale != null) {
                Tensor factor = checkpoint.tensor(scale.name());
                if (scale.shape().elements() != 1 || !factor.dtype().isFloat() || factor.dtype() == DType.F64) {
                    throw new UnsupportedFeatureException(scale.file() + ": tensor " + InputFiles.shown(scale.name()) + " is " + factor
                            + ", but only one scale for a whole weight is supported; use a checkpoint with such scales, or in BF16");
                }
                return t.scaledBy(factor.getFloat(0));
            }
        }
        return t;
    }
}
