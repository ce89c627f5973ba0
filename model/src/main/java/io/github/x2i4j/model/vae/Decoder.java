package io.github.x2i4j.model.vae;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Chain;
import java.util.ArrayList;
import java.util.List;

/** Latents to picture: levels of resnet blocks from the innermost on, each but the last doubling the sides (diffusers' Decoder). */
final class Decoder {
    private final Conv convIn;
    private final MidBlock midBlock;
    private final List<Level> upBlocks = new ArrayList<>();
    private final GroupNorm convNormOut;
    private final Conv convOut;

    private record Level(List<ResnetBlock> resnets, Conv upsampler) {
        void append(Chain chain, int level, BlockHook hook) {
            for (int j = 0; j < resnets.size(); j++) {
                chain.block(hook, new BlockHook.Place("up_blocks." + level + ".resnets", j, resnets.size()), resnets.get(j)::forward);
            }
            if (upsampler != null) {
                chain.then(Ops::upsampleNearest2x).then(upsampler::apply);
            }
        }
    }

    Decoder(Weights w, VaeConfig c) {
        convIn = Conv.of3x3(w.at("conv_in"), c.latentChannels(), c.innermost());
        midBlock = MidBlock.of(w.at("mid_block"), c);
        long in = c.innermost();
        for (int i = 0; i < c.levels(); i++) {
            Weights level = w.at("up_blocks", i);
            long out = c.channels(c.levels() - 1 - i);
            List<ResnetBlock> resnets = new ArrayList<>();
            for (int j = 0; j < c.layersPerBlock() + 1; j++) {
                resnets.add(ResnetBlock.of(level.at("resnets", j), c, in, out));
                in = out;
            }
            boolean last = i == c.levels() - 1;
            upBlocks.add(new Level(resnets, last ? null : Conv.of3x3(level.at("upsamplers.0.conv"), out, out)));
        }
        convNormOut = GroupNorm.of(w.at("conv_norm_out"), c, c.channels(0), c.actFn());
        convOut = Conv.of3x3(w.at("conv_out"), c.channels(0), c.outChannels());
    }

    /** F32 [B, latent, h, w] -> [B, out, 8 h, 8 w] (with four levels) */
    Tensor forward(Ops f, Tensor z, BlockHook hook) {
        try (Chain chain = new Chain(f, z)) {
            chain.then(convIn::apply);
            chain.block(hook, new BlockHook.Place("mid_block", 0, 1), midBlock::forward);
            for (int i = 0; i < upBlocks.size(); i++) {
                upBlocks.get(i).append(chain, i, hook);
            }
            return chain.then(convNormOut::apply).then(convOut::apply).escape();
        }
    }
}
