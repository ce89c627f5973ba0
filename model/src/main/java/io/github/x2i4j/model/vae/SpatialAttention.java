package io.github.x2i4j.model.vae;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.nn.Linear;

/** Attention between all pixels of the innermost level: one head, as wide as the channels (diffusers' Attention). */
record SpatialAttention(GroupNorm groupNorm, Linear toQ, Linear toK, Linear toV, Linear toOut) {

    static SpatialAttention of(Weights w, VaeConfig c, long channels) {
        return new SpatialAttention(GroupNorm.of(w.at("group_norm"), c, channels, Activation.IDENTITY),
                Linear.of(w.at("to_q"), channels, channels), Linear.of(w.at("to_k"), channels, channels),
                Linear.of(w.at("to_v"), channels, channels), Linear.of(w.at("to_out.0"), channels, channels));
    }

    /** F32 [B, C, H, W] -> [B, C, H, W] */
    Tensor forward(Ops ops, Tensor x) {
        long b = x.dim(0);
        long channels = x.dim(1);
        long pixels = x.dim(2) * x.dim(3);
        try (Scope f = ops.scope()) {
            Tensor n = f.permute(groupNorm.apply(f, x).reshape(b, channels, pixels), 0, 2, 1);  // [B, HW, C]
            Tensor q = toQ.apply(f, n).reshape(b, pixels, 1, channels);
            Tensor k = toK.apply(f, n).reshape(b, pixels, 1, channels);
            Tensor v = toV.apply(f, n).reshape(b, pixels, 1, channels);
            float scale = (float) (1 / Math.sqrt(channels));
            Tensor o = f.attention(q, k, v, scale, new AttentionMask.Full(pixels), null);       // [B, HW, 1, C]
            o = toOut.apply(f, o.reshape(b, pixels, channels));                                 // [B, HW, C]
            o = f.permute(o, 0, 2, 1).reshape(b, channels, x.dim(2), x.dim(3));                 // [B, C, H, W]
            return f.escape(f.add(x, o));
        }
    }
}
