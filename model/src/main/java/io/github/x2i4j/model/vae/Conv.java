package io.github.x2i4j.model.vae;

import io.github.x2i4j.engine.ConvSpec;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Weights;

/**
 * A convolution.
 *
 * @param weight [out, in, k, k], any floating-point dtype
 * @param bias F32 [out], or null
 */
record Conv(Tensor weight, Tensor bias, ConvSpec spec) {
    /** 3x3, stride 1, the picture keeps its size. */
    static Conv of3x3(Weights w, long in, long out) {
        return new Conv(w.matrix("weight", out, in, 3, 3), w.vector("bias", out), ConvSpec.padded(1));
    }

    static Conv of1x1(Weights w, long in, long out) {
        return new Conv(w.matrix("weight", out, in, 1, 1), w.vector("bias", out), ConvSpec.padded(0));
    }

    /** 3x3 with stride 2; zeros are added on the right and below only. */
    static Conv downsample(Weights w, long channels) {
        return new Conv(w.matrix("weight", channels, channels, 3, 3), w.vector("bias", channels), ConvSpec.DOWNSAMPLE);
    }

    Tensor apply(Ops f, Tensor x) {
        return apply(f, x, Epilogue.NONE);
    }

    Tensor apply(Ops f, Tensor x, Epilogue epilogue) {
        return f.conv2d(x, weight, bias, spec, epilogue);
    }
}
