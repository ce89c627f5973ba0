package io.github.x2i4j.model.vae;

import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Weights;

/** Two normalised convolutions and a skip (diffusers' ResnetBlock2D without time embedding). */
record ResnetBlock(GroupNorm norm1, Conv conv1, GroupNorm norm2, Conv conv2, Conv shortcut) {

    static ResnetBlock of(Weights w, VaeConfig c, long in, long out) {
        return new ResnetBlock(GroupNorm.of(w.at("norm1"), c, in, c.actFn()), Conv.of3x3(w.at("conv1"), in, out),
                GroupNorm.of(w.at("norm2"), c, out, c.actFn()), Conv.of3x3(w.at("conv2"), out, out),
                in == out ? null : Conv.of1x1(w.at("conv_shortcut"), in, out));
    }

    /** F32 [B, in, H, W] -> [B, out, H, W] */
    Tensor forward(Ops ops, Tensor x) {
        try (Scope f = ops.scope()) {
            Tensor h = first(f, x);                                     // [B, out, H, W]
            Tensor skip = shortcut == null ? x : shortcut.apply(f, x);  // [B, out, H, W]
            return f.escape(second(f, h, skip));
        }
    }

    // scopes of their own: what the norms make is as large as the picture and is not needed beside the next layer's

    private Tensor first(Ops ops, Tensor x) {
        try (Scope f = ops.scope()) {
            return f.escape(conv1.apply(f, norm1.apply(f, x)));
        }
    }

    private Tensor second(Ops ops, Tensor h, Tensor skip) {
        try (Scope f = ops.scope()) {
            return f.escape(conv2.apply(f, norm2.apply(f, h), Epilogue.add(skip)));
        }
    }
}
