package io.github.x2i4j.model.vae;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.nn.Chain;

/** The innermost level: resnet, attention, resnet (diffusers' UNetMidBlock2D). */
record MidBlock(ResnetBlock resnet0, SpatialAttention attention, ResnetBlock resnet1) {

    static MidBlock of(Weights w, VaeConfig c) {
        long channels = c.innermost();
        return new MidBlock(ResnetBlock.of(w.at("resnets", 0), c, channels, channels),
                c.midBlockAddAttention() ? SpatialAttention.of(w.at("attentions", 0), c, channels) : null,
                ResnetBlock.of(w.at("resnets", 1), c, channels, channels));
    }

    Tensor forward(Ops f, Tensor x) {
        try (Chain chain = new Chain(f, x)) {
            chain.then(resnet0::forward);
            if (attention != null) {
                chain.then(attention::forward);
            }
            return chain.then(resnet1::forward).escape();
        }
    }
}
